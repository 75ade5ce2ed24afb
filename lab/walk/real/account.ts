import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "../../../lib/emergency/emergency.ts";
import type { Secret } from "../../../standin/secrets-manager/secret.ts";
import { type Emergency, payloadOf, requested } from "../emergencies.ts";
import type { Hands } from "../hands.ts";
import type { Held } from "../holder.ts";
import type { EventFault } from "../operation.ts";
import { Oracle } from "../oracle.ts";
import { Random } from "../random.ts";
import type { FakeServer, Servers } from "../server.ts";
import { Truth } from "../truth.ts";
import type { RealConsumers } from "./consumers.ts";
import type { Databases } from "./databases.ts";
import { RealGate } from "./gate.ts";
import { Periods } from "./periods.ts";
import type { RealSecrets } from "./secrets.ts";
import { connect, type Setting, startSetting } from "./setting.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long the walk waits until nothing is under way, in the machine's milliseconds; before hours pass: longer. */
const [patience, longPatience] = [8000, 60_000];

/** A restarted server's clients need a moment. */
const minutesOfCalm = 10;

/**
 * The account of the walk on real PostgreSQL servers, on the stand-in over the wire, with the built functions. Their
 * calls are disturbed, and time jumps, but nothing is simulated; so a seed does not decide in which order things happen.
 */
export class RealAccount implements Hands, AsyncDisposable {
  readonly random: Random;
  readonly servers: Servers;
  readonly truth: Truth;
  readonly oracle: Oracle;
  readonly secrets: RealSecrets;
  readonly consumers: RealConsumers;
  readonly gate: RealGate;
  readonly databases: Databases;
  readonly eventFaults: EventFault[] = [];
  readonly #setting: Setting;
  readonly #periods: Periods;
  readonly #parts = new AsyncDisposableStack();
  #lastTick = 0;
  #lastLook = 0;
  #last: Emergency | undefined;

  private constructor(seed: number, setting: Setting) {
    const { clock, aws, databases, secrets, consumers, functions } = setting;
    const { servers } = databases;
    this.#setting = setting;
    this.random = new Random(seed);
    this.databases = databases;
    this.servers = servers;
    this.secrets = secrets;
    this.consumers = consumers;
    const gate = new RealGate(aws, Object.values(functions).filter(Boolean));
    this.gate = gate;
    this.truth = new Truth(clock, secrets, servers, () => gate.calls);
    const oracle = new Oracle(clock, servers, this.truth);
    this.oracle = oracle;
    for (const database of databases.list)
      gate.watch(database.proxy, (call) =>
        database.noteAfter(call, (change) => oracle.changing(change)),
      );
    aws.intercept({ after: ({ service }) => this.#called(service) });
    aws.events.intercept((event) => this.#faulty(event));
    this.#periods = new Periods({ ...setting, gate, oracle, isDown: this.isDown });
  }

  static async start(seed: number): Promise<RealAccount> {
    await using parts = new AsyncDisposableStack();
    const setting = await startSetting(parts);
    const account = new RealAccount(seed, setting);
    await connect(setting);
    await account.#periods.end(patience);
    setting.clock.jump(minutesOfCalm * minute);
    account.#parts.use(parts.move());
    return account;
  }

  async pass(ms: number, chunk = Math.max(5 * minute, ms / 4)): Promise<void> {
    const { clock, aws } = this.#setting;
    for (let left = ms; left > 0; left -= chunk) {
      await this.#periods.end(chunk > 10 * minute ? longPatience : patience);
      clock.jump(Math.min(chunk, left));
      if (clock.now - this.#lastTick >= 5 * minute) {
        this.#lastTick = clock.now;
        aws.events.tick("tick");
      }
      if (clock.now - this.#lastLook >= 60 * minute) {
        this.#lastLook = clock.now;
        aws.events.tick("hourly-look");
      }
    }
    await this.#periods.end(patience);
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
    const since = this.#setting.clock.now;
    for (let round = 0; round < 6; round += 1) await this.pass(minutesOfCalm * minute);
    // `watch` tries each secret in one hour of the day.
    await this.pass(day, 60 * minute);
    await this.pass(2 * day);
    await this.databases.requireTrue(this.truth);
    this.oracle.calm(since, this.isDown);
  }

  setDown(server: FakeServer, isDown: boolean): Promise<void> {
    return this.databases.setDown(server, isDown);
  }

  setPassword(of: Held, password: string): Promise<void> {
    return this.databases.setPassword(of, password);
  }

  /** The stand-in's reads do not lag. */
  setLag(): void {}

  rotate(secret: Secret, token: string): Promise<void> {
    return this.secrets.rotate(secret, token, this.#setting.functions["rotate-database"]);
  }

  cancel(secret: Secret): Promise<void> {
    return this.secrets.cancel(secret);
  }

  /** Nobody waits for the answer: this may happen ahead of a call of another function. */
  emergency(wanted: Omit<Emergency, "id">, isAgain: boolean): void {
    const emergency = requested(wanted, isAgain ? this.#last : undefined, () => this.uuid("INC-"));
    this.#last = emergency;
    const { aws, functions } = this.#setting;
    const answered = this.oracle.leaks.asked(emergency);
    aws.functions.invoke(functions.emergency, payloadOf(emergency)).then(
      ({ error, payload }) => error || answered(payload as Answer),
      () => {},
    );
  }

  uuid(prefix = ""): string {
    return this.random.uuid(prefix);
  }

  readonly isDown = (secret: Secret): boolean => this.truth.of(secret).server?.isDown ?? false;

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }

  #called(service: string): undefined {
    if (service === "secretsmanager") this.truth.note();
    return undefined;
  }

  #faulty<T>(event: T): readonly T[] {
    const fault = this.eventFaults.shift();
    if (fault === "dropped") return [];
    return fault === "duplicated" ? [event, { ...event, id: crypto.randomUUID() }] : [event];
  }
}
