import { setTimeout as sleep } from "node:timers/promises";
import { CreateSecretCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { watchSchedules } from "../../../infra/events.ts";
import type { Aws } from "../../../standin/aws.ts";
import type { Secret } from "../../../standin/secrets-manager/secret.ts";
import { clientOf, createTopic } from "../../clients.ts";
import { Host } from "../../host.ts";
import { startCluster } from "../../idle-service.ts";
import { makeAuthority } from "../../postgres/certificates.ts";
import { type PostgresServer, startPostgres } from "../../postgres/server.ts";
import { putRules } from "../../rules.ts";
import { connectSettlement } from "../../settlement.ts";
import { connectWatch } from "../../watch.ts";
import { administrator } from "../engine.ts";
import { Invocation } from "../gate.ts";
import type { Hands } from "../hands.ts";
import { type Held, heldIn } from "../holder.ts";
import { hosts, secrets as layouts, rotationYml } from "../layout.ts";
import type { EventFault } from "../operation.ts";
import { Oracle } from "../oracle.ts";
import { Random } from "../random.ts";
import { Readers } from "../readers.ts";
import { currentOf, textOf } from "../secrets.ts";
import { FakeServer, Servers } from "../server.ts";
import { Truth } from "../truth.ts";
import { JumpingClock } from "./clock.ts";
import { RealConsumers } from "./consumers.ts";
import { Database } from "./database.ts";
import { RealGate } from "./gate.ts";
import { RealSecrets } from "./secrets.ts";
import { Sessions } from "./sessions.ts";

const minute = 60_000;
const hourlyLook = "hourly-look";
const day = 24 * 60 * minute;

/** Of the stand-in, and of what functions pause. */
const pace = 100;

/** How long the walk waits until nothing is under way, in the machine's milliseconds; before hours pass: longer. */
const [patience, longPatience] = [8000, 60_000];

/** A restarted server's clients need a moment. */
const minutesOfCalm = 10;

interface Started {
  readonly clock: JumpingClock;
  readonly host: Host;
  readonly databases: readonly Database[];
  readonly client: SecretsManagerClient;
  readonly random: Random;
}

/**
 * The account of the walk on real PostgreSQL servers, on the stand-in over the wire, with the built functions. Their
 * calls are disturbed, and time jumps, but nothing is simulated; so a seed does not decide in which order things happen.
 */
export class RealAccount implements Hands, AsyncDisposable {
  readonly clock: JumpingClock;
  readonly random: Random;
  readonly servers: Servers;
  readonly truth: Truth;
  readonly oracle: Oracle;
  readonly secrets: RealSecrets;
  readonly eventFaults: EventFault[] = [];
  readonly databases: readonly Database[];
  readonly #aws: Aws;
  #parts = new AsyncDisposableStack();
  #gate: RealGate | undefined;
  #consumers: RealConsumers | undefined;
  #rotateArn = "";
  #notified = 0;
  #lastTick = 0;
  #lastLook = 0;
  #period = 0;
  #by: Invocation;

  private constructor({ clock, host, databases, client, random }: Started) {
    this.clock = clock;
    this.random = random;
    this.#aws = host.aws;
    this.databases = databases;
    this.secrets = new RealSecrets(host.aws, client);
    const shadows = databases.map(({ shadow }) => shadow);
    this.servers = new Servers(shadows);
    this.truth = new Truth(clock, this.secrets, this.servers, () => this.#gate?.calls ?? 0);
    this.oracle = new Oracle(clock, this.servers, this.truth);
    this.#by = this.#begin();
  }

  static async start(seed: number): Promise<RealAccount> {
    await using parts = new AsyncDisposableStack();
    const clock = parts.use(new JumpingClock(pace));
    const host = parts.use(
      await Host.start({ inProcess: true, pace, rotation: { attempts: 3, retryDelayMs: 100 } }),
    );
    const { aws } = host;
    const client = clientOf(aws, "operator");
    parts.defer(() => client.destroy());
    const texts = () =>
      aws
        .secrets()
        .flatMap(({ versions }) => [...versions.values()].flatMap((v) => textOf(v) ?? []));
    const authority = await makeAuthority();
    const databases = await Promise.all(
      hosts.map(async (name) => {
        const server = parts.use(await startPostgres({ authority }));
        const proxy = parts.use(await server.proxy());
        const watcher = { changing: (change: () => void) => change() };
        const shadow = new FakeServer(name, `${proxy.host}:${proxy.port}`, watcher);
        return new Database(server, proxy, shadow, texts);
      }),
    );
    const account = new RealAccount({ clock, host, databases, client, random: new Random(seed) });
    await account.#furnish(host, client);
    account.#parts.use(parts.move());
    return account;
  }

  get gate(): RealGate {
    if (!this.#gate) throw new Error("The account has not started.");
    return this.#gate;
  }

  get consumers(): RealConsumers {
    if (!this.#consumers) throw new Error("The account has not started.");
    return this.#consumers;
  }

  async pass(ms: number): Promise<void> {
    const chunk = Math.max(5 * minute, ms / 4);
    for (let left = ms; left > 0; left -= chunk) {
      await this.#quiet(chunk > 10 * minute ? longPatience : patience);
      this.clock.jump(Math.min(chunk, left));
      if (this.clock.now - this.#lastTick >= 5 * minute) {
        this.#lastTick = this.clock.now;
        this.#aws.events.tick("tick");
      }
      if (this.clock.now - this.#lastLook >= 60 * minute) {
        this.#lastLook = this.clock.now;
        this.#aws.events.tick(hourlyLook);
      }
    }
    await this.#quiet();
  }

  /** Whatever comes first in a few milliseconds. */
  async next(): Promise<void> {
    await sleep(this.random.int(40));
  }

  async calm(dead?: FakeServer): Promise<void> {
    this.gate.disarm();
    this.eventFaults.length = 0;
    this.consumers.mend();
    for (const each of this.servers.list) await this.setDown(each, each === dead);
    const since = this.clock.now;
    for (let round = 0; round < 6; round += 1) await this.pass(minutesOfCalm * minute);
    await this.pass(3 * day);
    await this.#requireTrue();
    this.oracle.calm(since, this.isDown);
  }

  async setDown(server: FakeServer, isDown: boolean): Promise<void> {
    if (server.isDown === isDown) return;
    await this.databases.find(({ shadow }) => shadow === server)?.setDown(isDown);
  }

  async setPassword({ server, username }: Held, password: string): Promise<void> {
    const database = this.databases.find(({ shadow }) => shadow.address === server);
    await database?.setPassword(username, password);
  }

  /** The stand-in's reads do not lag. */
  setLag(): void {}

  rotate(secret: Secret, token: string): Promise<void> {
    return this.secrets.rotate(secret, token, this.#rotateArn);
  }

  cancel(secret: Secret): Promise<void> {
    return this.secrets.cancel(secret);
  }

  uuid(prefix = ""): string {
    const hex = Array.from({ length: 32 }, () => this.random.int(16).toString(16)).join("");
    return `${prefix}${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
  }

  readonly isDown = (secret: Secret): boolean => this.truth.of(secret).server?.isDown ?? false;

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }

  async #furnish(host: Host, client: SecretsManagerClient): Promise<void> {
    const { aws, folder } = host;
    const arns = await this.#createSecrets(client);
    const ecs = await startCluster(aws);
    this.#parts.defer(() => ecs.destroy());
    const sessions = this.#parts.use(new Sessions(this.databases));
    const { clock, servers } = this;
    const parts = { aws, ecs, clock, servers, sessions, folder };
    this.#consumers = this.#parts.use(new RealConsumers(parts));
    const readers = new Readers(clock, (name) => this.#given(name));
    servers.holders = () => [...this.consumers.holders(), ...readers.holders()];
    for (const { shadow } of this.databases) await this.#note(shadow);
    await this.consumers.furnish(arns);
    for (const { name, readers: kept } of layouts) for (const ms of kept) readers.add(name, ms);
    const ca = this.databases[0]?.server.ca ?? "";
    const topicArn = await createTopic(aws);
    const deployed = await host.deploy({ manifest: rotationYml({ ca: "ca.pem" }), ca, topicArn });
    this.#rotateArn = deployed["rotate-database"];
    this.#gate = new RealGate(aws, Object.values(deployed).filter(Boolean));
    for (const database of this.databases)
      this.gate.watch(database.proxy, (call) =>
        database.noteAfter(call, (change) => this.oracle.changing(change)),
      );
    aws.intercept({ after: ({ service }) => this.#called(service) });
    aws.events.intercept((event) => this.#faulty(event));
    await connectSettlement(aws, deployed.settle, { delaySeconds: 15, visibilitySeconds: 30 });
    await connectWatch(aws, deployed.watch);
    const { [hourlyLook]: look = { ScheduleExpression: "rate(1 hour)" } } = watchSchedules;
    await putRules(aws, { [hourlyLook]: look }, { Id: "watch", Arn: deployed.watch });
    for (const { name } of layouts) await this.secrets.schedule(name, this.#rotateArn);
    await this.#quiet();
    this.clock.jump(minutesOfCalm * minute);
  }

  async #createSecrets(client: SecretsManagerClient): Promise<ReadonlyMap<string, string>> {
    const arns = new Map<string, string>();
    const create = async (name: string, value: object) => {
      const SecretString = JSON.stringify(value);
      const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: name, SecretString }));
      arns.set(name, ARN);
    };
    for (const { server, proxy, shadow } of this.databases) {
      const own = layouts.filter(({ host }) => host === shadow.host);
      const { host, port } = proxy;
      for (const { name } of own) {
        const username = name.replace("/", "_");
        const password = await server.newOwner({ username, database: username });
        await create(name, { host, port, dbname: username, username, password, note: "kept" });
      }
      const password = await newAdministrator(
        server,
        own.map(({ name }) => name.replace("/", "_")),
      );
      await create(`admin/${shadow.host}`, { host, port, username: administrator, password });
    }
    return arns;
  }

  #given(secretId: string) {
    const secret = this.secrets.find(secretId);
    if (!secret || secret.deletionAt !== undefined) return [];
    const held = heldIn(textOf(currentOf(secret)));
    return held ? [{ secret: secret.name, held, worked: this.servers.accepts(held) }] : [];
  }

  async #note(server: FakeServer): Promise<void> {
    const database = this.databases.find(({ shadow }) => shadow === server);
    await database?.note((change) => change());
  }

  #called(service: string): undefined {
    if (service === "secretsmanager") this.truth.note();
    if (service === "sns") this.#tell();
    return undefined;
  }

  /** What on-call was told since. */
  #tell(): void {
    const { notifications } = this.#aws;
    for (; this.#notified < notifications.length; this.#notified += 1) {
      const texts = JSON.parse(notifications[this.#notified]?.message ?? "{}");
      if (!texts.email) continue;
      this.#by.isDisturbed ||= this.gate.hasDisturbed;
      this.oracle.alert({ text: texts.email, event: JSON.parse(texts.default) }, this.#by);
    }
  }

  #faulty<T>(event: T): readonly T[] {
    const fault = this.eventFaults.shift();
    if (fault === "dropped") return [];
    return fault === "duplicated" ? [event, { ...event, id: crypto.randomUUID() }] : [event];
  }

  /** Waits until nothing is under way, and judges what has ended. */
  async #quiet(most = patience): Promise<void> {
    const end = performance.now() + most;
    const isOver = () => performance.now() > end;
    do {
      await Promise.race([this.#aws.idle(), sleep(most, undefined, { ref: false })]);
      if (this.consumers.isQuiet) break;
      await sleep(20);
    } while (!isOver());
    // The proxy does not see the answer to a function that was killed.
    for (const database of this.databases)
      await database.note((change) => this.oracle.changing(change));
    this.#tell();
    const by = this.#by;
    by.isDisturbed ||= this.gate.hasDisturbed || isOver();
    this.oracle.ended(by, this.isDown);
    this.oracle.ended(
      Object.assign(this.#begin("settle"), { isDisturbed: by.isDisturbed }),
      this.isDown,
    );
    this.gate.hasDisturbed = false;
    this.#by = this.#begin();
    this.oracle.begun(this.#by);
  }

  #begin(name = "rotate"): Invocation {
    this.#period += 1;
    return new Invocation(`${name} ${this.#period}`, this.clock.now, 0, 0);
  }

  /** By real logins. */
  async #requireTrue(): Promise<void> {
    for (const secret of this.truth.managed()) {
      const { current, server } = this.truth.of(secret);
      const database = this.databases.find(({ shadow }) => shadow === server);
      const all = [...(current ? [current] : []), ...this.truth.logins(secret)];
      for (const { username, password } of all) await database?.requireTrue(username, password);
    }
  }
}

/** As RDS has it, for all these users. */
async function newAdministrator(
  server: PostgresServer,
  [first = "", ...others]: readonly string[],
) {
  const password = await server.newAdministrator(administrator, first);
  for (const each of others)
    await server.query(`GRANT "${each}" TO ${administrator} WITH ADMIN OPTION`);
  return password;
}
