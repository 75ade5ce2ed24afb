import { isDone, noteOf } from "../../lib/emergency/note.ts";
import type { Secret } from "../../standin/secrets-manager/secret.ts";
import { Emergencies, type Emergency, payloadOf } from "../walk/emergencies.ts";
import type { Listener } from "../walk/function-parts.ts";
import type { Invocation } from "../walk/gate.ts";
import { SettlementQueue } from "../walk/queue.ts";
import { FakeRotations } from "../walk/rotations.ts";
import { Turn } from "../walk/turn.ts";
import { KeyAccount } from "./key-account.ts";
import { type KeyAccountOptions, secretName } from "./key-manifest.ts";

type Wanted = Pick<Emergency, "action" | "revokeFirst">;

const id = "INC-1";

const minute = 60_000;

const tick = { source: "aws.events", "detail-type": "Scheduled Event", id: "tick" };

/** An account whose key leaks. A person asks, and Lambda, Secrets Manager and settlement's queue do what is theirs. */
export class KeyEmergency {
  readonly account: KeyAccount;
  /** The person was answered that it is begun, or done. */
  isStarted = false;
  readonly #wanted: Omit<Emergency, "id">;
  readonly #rotations: FakeRotations;
  readonly #emergencies: Emergencies;
  readonly #queue: SettlementQueue;
  /** The last one of a rotation. */
  #step: object = {};
  #minutes = 0;

  constructor(options: KeyAccountOptions, wanted: Wanted, listener: Pick<Listener, "alert">) {
    this.#wanted = { ...wanted, endSessions: false, secrets: [secretName] };
    this.account = new KeyAccount(options, listener, {
      rotate: (_, token) => this.#rotations.rotate(this.#secret, token),
      cancel: () => this.#rotations.cancel(this.#secret),
      resume: () => this.#rotations.resume(this.#secret),
      start: (name, event) => this.#emergencies.start(name, event),
      changed: (event) => this.#queue?.send(event),
    });
    const { clock, secrets, functions } = this.account;
    this.#queue = new SettlementQueue(clock, functions);
    this.#rotations = new FakeRotations(secrets, async (Step, { arn }, ClientRequestToken) => {
      this.#step = { Step, SecretId: arn, ClientRequestToken, RotationToken: crypto.randomUUID() };
      return (await functions.rotate(this.#step)).kind === "done";
    });
    this.#emergencies = new Emergencies(
      clock,
      () => functions,
      () => (answer) => {
        this.isStarted ||=
          "outcome" in answer && (answer.outcome === "started" || answer.outcome === "done");
      },
    );
  }

  get #secret(): Secret {
    const secret = this.account.secrets.find(secretName);
    if (!secret) throw new Error(`There is no ${secretName}.`);
    return secret;
  }

  get state() {
    return this.account.secrets.seen(this.#secret);
  }

  get isDone(): boolean {
    const note = noteOf(this.state);
    return note !== undefined && isDone(note) && note.ids.includes(id);
  }

  /** A person gives the command. @param isAgain the same one once more */
  ask(isAgain: boolean): void {
    this.#emergencies.ask(this.#wanted, isAgain);
  }

  /** A person switches rotation on again. */
  resume(): void {
    this.#rotations.resume(this.#secret);
  }

  /** Whatever this invocation is, a second one like it, or the same command, while it makes a call. */
  async twin({ id: by }: Invocation): Promise<void> {
    const { functions } = this.account;
    const [name] = by.split("-");
    if (name === "rotate") await functions.rotate(this.#step);
    else if (name === "emergency")
      await functions.emergency(payloadOf({ ...this.#wanted, id }), new Turn(this.account.clock));
    else await functions.settle({ Records: [{ messageId: "twin", body: JSON.stringify(tick) }] });
  }

  /** One minute, with all that is due in it; settlement ticks every five. */
  async pass(): Promise<void> {
    if (this.#minutes % 5 === 0) this.#queue.send(tick);
    this.#minutes += 1;
    await this.account.clock.run(minute);
  }
}
