import type { SecretState } from "../../../lib/secret/store.ts";
import { RetirementFailed } from "../../../lib/settlement/errors.ts";
import type { SettlementPorts } from "../../../lib/settlement/ports.ts";
import { MemoryInProcess } from "../../memory.ts";
import type { VirtualClock } from "./clock.ts";

/** In milliseconds: a request; an invocation that retires; until a server that is down is given up. */
const [requestTime, retireTime, unreachableTime] = [25, 300, 10_000];

/** In milliseconds: PutParameter takes three calls a second of an account. */
const writeTime = 334;

/** Of an invocation that retires: itself, two DescribeSecret and two GetSecretValue of what it invokes. */
const requestsToRetire = 5;

const perList = 100;

interface Simulated {
  readonly name: string;
  readonly arn: string;
  readonly server: number;
  readonly versions: Map<string, readonly string[]>;
  readonly tags: Map<string, string>;
  lastRotatedAt?: Date;
  changedAt?: Date;
}

/** Secrets without values, and the function that retires their credentials. */
export class SimulatedSecrets {
  requests = 0;
  readonly all: readonly Simulated[];
  readonly #clock: VirtualClock;
  readonly #isDown: (secret: Simulated) => boolean;
  readonly #byId: ReadonlyMap<string, Simulated>;

  constructor(clock: VirtualClock, count: number, servers: number, deadServers: number) {
    this.#clock = clock;
    this.#isDown = ({ server }) => server < deadServers;
    this.all = Array.from({ length: count }, (_, index) => {
      const name = `production/app${index}`;
      const arn = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`;
      const versions = new Map([["old", ["AWSCURRENT"]]]);
      return { name, arn, server: index % servers, versions, tags: new Map() };
    });
    this.#byId = new Map(
      this.all.flatMap((each) => [
        [each.name, each],
        [each.arn, each],
      ]),
    );
  }

  /** Those whose server answers. */
  get healthy(): readonly Simulated[] {
    return this.all.filter((each) => !this.#isDown(each));
  }

  /** @param token of the new version */
  promote(secret: Simulated, token = "new"): object {
    secret.versions.clear();
    secret.versions.set(token, ["AWSCURRENT", "PREPARED", "FROM-old"]);
    secret.versions.set("old", ["AWSPREVIOUS", "RETIRING"]);
    secret.lastRotatedAt = secret.changedAt = this.#clock.now();
    const detail = { name: secret.name, labelUpdated: "AWSCURRENT", versionId: token };
    return { source: "aws.secretsmanager", time: secret.lastRotatedAt.toISOString(), detail };
  }

  static isSettled = ({ versions }: Simulated) =>
    ![...versions.values()].some((labels) => labels.includes("RETIRING"));

  readonly store: SettlementPorts["store"] = {
    describe: async (id) => {
      await this.#request();
      return stateOf(this.get(id));
    },
    list: async () => {
      for (let at = 0; at < this.all.length; at += perList) await this.#request();
      return this.all.map(stateOf);
    },
    moveLabel: async ({ secretId, label, from = "" }) => {
      await this.#request();
      const { versions } = this.#changed(secretId);
      versions.set(from, versions.get(from)?.filter((each) => each !== label) ?? []);
      return "moved";
    },
    tag: async (secretId, key, value) => {
      await this.#request();
      this.#changed(secretId).tags.set(key, value);
    },
  };

  readonly retirer: SettlementPorts["retirers"]["network"] = {
    // Nobody moves a label by hand here.
    probe: async () => "alive",
    retire: async ({ secret: id }) => {
      const secret = this.get(id);
      this.requests += requestsToRetire;
      if (!this.#isDown(secret)) {
        await this.#clock.sleep(retireTime);
        return "dead";
      }
      await this.#clock.sleep(unreachableTime);
      const server = `db${secret.server}:5432`;
      const failure = { code: "UNREACHABLE", why: "No answer.", server };
      throw new RetirementFailed("retire-database", failure);
    },
  };

  /** What on-call was told, in Parameter Store. */
  memory(): SettlementPorts["memory"] {
    const memory = new MemoryInProcess();
    return {
      list: async (signal) => {
        await this.#request();
        return memory.list(signal);
      },
      of: async (secret, signal) => {
        await this.#request();
        return memory.of(secret, signal);
      },
      write: async (remembered, signal) => {
        this.requests += 1;
        await this.#clock.sleep(writeTime);
        await memory.write(remembered, signal);
      },
    };
  }

  get(id: string): Simulated {
    const secret = this.#byId.get(id);
    if (!secret) throw new Error(`There is no secret ${id}.`);
    return secret;
  }

  #changed(id: string): Simulated {
    return Object.assign(this.get(id), { changedAt: this.#clock.now() });
  }

  async #request(): Promise<void> {
    this.requests += 1;
    await this.#clock.sleep(requestTime);
  }
}

const farAway = new Date("2027-01-01T00:00:00Z");

const stateOf = (secret: Simulated): SecretState => ({
  ...secret,
  rotationEnabled: true,
  rotationFunction: "rotate-database",
  nextRotationAt: farAway,
  tags: new Map(secret.tags),
  versions: new Map([...secret.versions].filter(([, labels]) => labels.length > 0)),
});
