import { setImmediate } from "node:timers/promises";
import type { SecretEntry } from "../../lib/manifest/manifest.ts";
import type { CredentialSpec } from "../../lib/manifest/type.ts";
import { loadCredential } from "../../lib/registry.ts";
import type { Credential } from "../../lib/rotation/credential.ts";
import { type Step, steps } from "../../lib/rotation/event.ts";
import { KeyCredential } from "../../lib/rotators/key/credential.ts";
import { RolledKey } from "../../lib/rotators/key/rolled-key.ts";
import { SuppliedCredential } from "../../lib/rotators/supplied/credential.ts";
import { supply } from "../../lib/rotators/supplied/supply.ts";
import { isSuppliedSpec } from "../../lib/rotators/supplied/value.ts";
import { holderOf } from "../../lib/secret/labels.ts";
import { Secret } from "../../lib/secret/secret.ts";
import { isOpen } from "../../lib/settlement/is-open.ts";
import { isoSeconds } from "../../standin/events/event.ts";
import { changeEvent } from "../../standin/secrets-manager/events.ts";
import type { SecretChange, Secret as StoredSecret } from "../../standin/secrets-manager/secret.ts";
import { VirtualClock } from "../walk/clock.ts";
import { FakeEcs } from "../walk/ecs.ts";
import type { FunctionParts, Listener } from "../walk/function-parts.ts";
import { Functions } from "../walk/functions.ts";
import { Gate, type Invocation, type Ran } from "../walk/gate.ts";
import { Random } from "../walk/random.ts";
import { CURRENT, currentOf, FakeSecrets, PENDING, textOf } from "../walk/secrets.ts";
import { FakeProvider, KeyService } from "./fake-provider.ts";
import {
  entryOf,
  isKey,
  type KeyAccountOptions,
  manifestOf,
  secretName,
  suppliedSpec,
} from "./key-manifest.ts";
import { Neighbours } from "./neighbours.ts";

const start = Date.parse("2026-03-04T05:06:07Z");

/** Of the functions outside of the VPC, in milliseconds. */
const timeout = 900_000;

const tick = { source: "aws.events", "detail-type": "Scheduled Event", id: "tick" };

const pause = 300_000;

/** What functions ask of AWS, and whoever hears of a change of AWSCURRENT. Default: nothing of it happens. */
interface Outside extends Pick<FunctionParts, "rotate" | "cancel" | "resume" | "start"> {
  changed(event: object): void;
}

/** Secrets Manager and a provider of keys in memory, with one secret whose key rotates by the product's own code. */
export class KeyAccount {
  readonly clock = new VirtualClock(start);
  readonly gate = new Gate(this.clock);
  readonly secrets = new FakeSecrets(this.clock, (secret, change) => this.#changed(secret, change));
  readonly service: KeyService;
  /** What stands beside the key, if anything. */
  readonly neighbours: Neighbours | undefined;
  /** What the functions have logged. */
  readonly printed: string[] = [];
  readonly #options: KeyAccountOptions;
  readonly #entry: SecretEntry;
  readonly functions: Functions;
  readonly #secret;
  readonly #outside: Partial<Outside>;
  /** What settlement will hear of in its next pass. */
  #events: object[] = [];
  #answer: Ran<unknown> | undefined;

  constructor(
    options: KeyAccountOptions = {},
    listener: Partial<Listener> = {},
    outside: Partial<Outside> = {},
  ) {
    const {
      adopted = true,
      mixed = false,
      fields,
      credentials: _,
      grace: __,
      ...behaviour
    } = options;
    this.#options = options;
    this.#outside = outside;
    this.neighbours = mixed ? new Neighbours(this.secrets) : undefined;
    this.service = new KeyService(this.clock, behaviour);
    const key = this.service.add("made by hand");
    this.#entry = entryOf(options, this.neighbours);
    const document = {
      api_key: key.secret,
      ...(adopted && { api_key_id: key.id }),
      note: "untouched",
      ...fields,
      ...this.neighbours?.fields,
    };
    this.#secret = this.secrets.create(secretName, JSON.stringify(document, undefined, 2));
    const { clock, gate, secrets } = this;
    this.functions = new Functions({
      ...{ clock, gate, secrets, plants: {}, random: new Random(1) },
      ecs: new FakeEcs(
        clock,
        () => [],
        () => {},
      ),
      credential: (spec, by) => this.#credential(spec, by),
      manifest: manifestOf(this.#entry),
      rotate: () => false,
      cancel() {},
      resume() {},
      start() {},
      ...outside,
      timeouts: { rotate: timeout, retire: timeout },
      listener: {
        alert() {},
        print: (text) => void this.printed.push(text),
        begun() {},
        ended() {},
        answered: (ran) => {
          this.#answer = ran;
        },
        ...listener,
      },
    });
  }

  /** In milliseconds. */
  get grace(): number {
    return this.#entry.grace;
  }

  get versions(): ReadonlyMap<string, readonly string[]> {
    return this.secrets.seen(this.#secret).versions;
  }

  /** The document of a version; default: AWSCURRENT. */
  value(id = currentOf(this.#secret)?.id ?? ""): Record<string, string> {
    return JSON.parse(textOf(this.#secret.versions.get(id)) ?? "{}");
  }

  /** RotateSecret: registers the version. */
  begin(token: string): void {
    const { versions } = this.#secret;
    versions.set(token, { id: token, labels: new Set(), createdAt: this.clock.now });
    this.label(PENDING, token);
  }

  /** As somebody does it by hand. */
  label(label: string, to?: string): void {
    const from = holderOf({ versions: this.versions }, label);
    this.secrets.move(this.#secret, label, from, to);
  }

  /** PutSecretValue by hand. */
  put(id: string, document: object): void {
    this.secrets.put(this.#secret, id, JSON.stringify(document), ["AWSCURRENT"]);
  }

  /** One step, once. */
  step(step: Step, token: string): Promise<Ran<unknown>> {
    const event = { step, secretId: this.#secret.arn, token };
    return this.functions.rotate(event, () => event);
  }

  /** The four steps as Secrets Manager makes them: it tries all of them again after a failure. */
  async rotate(token: string, attempts = 3): Promise<Ran<unknown>> {
    if (!this.versions.has(token)) this.begin(token);
    let ran: Ran<unknown> = { kind: "killed" };
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      for (const step of steps) {
        ran = await this.step(step, token);
        if (ran.kind !== "done") break;
      }
      if (ran.kind === "done") break;
    }
    if (ran.kind === "done") this.#recordEnd(token);
    return ran;
  }

  /** As Secrets Manager does. */
  #recordEnd(token: string): void {
    this.secrets.change(this.#secret, () => {
      this.#secret.versions.get(token)?.labels.delete(PENDING);
      this.#secret.rotatedAt = this.clock.now;
    });
  }

  /** A person hands over a key. */
  supply({ id, secret }: { readonly id: string; readonly secret: string }): Promise<Ran<unknown>> {
    const wanted = { secretId: secretName, entry: this.#entry, spec: suppliedSpec };
    const key = new Map(Object.entries({ id: new Secret(id), secret: new Secret(secret) }));
    return this.functions.run("supply", ({ store }, context, by) =>
      supply(wanted, key, { store, provider: this.#provider(by) }, context),
    );
  }

  /** One pass of settlement. @returns what the function that retires answered last; `undefined`: it was not asked */
  async retire(): Promise<Ran<unknown> | undefined> {
    this.#answer = undefined;
    const Records = [...this.#events, tick].map((event, index) => ({
      messageId: `message-${index}`,
      body: JSON.stringify(event),
    }));
    this.#events = [];
    await this.functions.settle({ Records });
    // Timers of the product's own may end.
    await setImmediate();
    return this.#answer;
  }

  /** Looks every five minutes until nothing is left to retire. @returns how often it looked */
  async settle(looks = 60): Promise<number> {
    for (let look = 0; look < looks; look += 1) {
      if (this.isSettled && this.#events.length === 0) return look;
      await this.retire();
      this.clock.pass(pause);
    }
    return looks;
  }

  /** The hourly look of `watch`. */
  async look(): Promise<void> {
    await this.functions.watch({ ...tick, time: isoSeconds(this.clock.now) });
    await setImmediate();
  }

  /** Whether all that a version holds is accepted, in the end; default: AWSCURRENT. */
  works(id?: string): boolean {
    const document = this.value(id);
    const isKeyAccepted = this.service.works(document["api_key"] ?? "");
    return isKeyAccepted && (this.neighbours?.works(document) ?? true);
  }

  get isSettled(): boolean {
    return !isOpen(this.secrets.seen(this.#secret), new Date(this.clock.now), false);
  }

  #changed(secret: StoredSecret, change: SecretChange): void {
    const event =
      change.kind === "label" && change.label === CURRENT && changeEvent(secret, change);
    if (!event) return;
    const stamped = { ...event, time: isoSeconds(this.clock.now) };
    this.#events?.push(stamped);
    this.#outside.changed?.(stamped);
  }

  #provider(by: Invocation): FakeProvider {
    return new FakeProvider(this.service, this.gate, by);
  }

  async #credential(spec: CredentialSpec, by: Invocation): Promise<Credential> {
    const provider = this.#provider(by);
    if (isSuppliedSpec(spec)) return new SuppliedCredential(spec, { provider });
    if (!isKey(spec))
      return this.neighbours?.credential(spec, this.gate, by) ?? loadCredential(spec);
    return this.#options.rolls ? new RolledKey(spec, provider) : new KeyCredential(spec, provider);
  }
}
