import type { Context } from "../context/context.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import { Pace } from "../schedules/pace.ts";
import { holderOf } from "../secret/labels.ts";
import type { LabelMove, SecretState } from "../secret/store.ts";
import { emergencyTag, noteText } from "./note.ts";
import type { Configuration, EmergencyPorts } from "./ports.ts";
import type { Step } from "./step.ts";

/**
 * In milliseconds from one change to the next. RotateSecret and CancelRotateSecret share 50 a second, and so do the moves
 * of labels, which the rotations and settlement need too (Secrets Manager quotas).
 */
const interval = 100;

/** Changes what emergencies change, as fast as leaves room for others. */
export class Acting {
  readonly #ports: Pick<EmergencyPorts, "store" | "rotations" | "rotators">;
  readonly #context: Context;
  readonly #pace = new Pace(interval);

  constructor(ports: Pick<EmergencyPorts, "store" | "rotations" | "rotators">, context: Context) {
    this.#ports = ports;
    this.#context = context;
  }

  /** @throws AwsCallFailed, DeadlineReached */
  async note({ note }: Step & { kind: "note" }, { arn }: SecretState): Promise<void> {
    await this.#ports.store.tag(arn, emergencyTag, noteText(note), this.#context.signal);
  }

  /** Whoever moved it meanwhile: the next look tells. */
  async clear({ pending }: Step & { kind: "clear" }, secret: SecretState): Promise<void> {
    await this.#move({ label: "AWSPENDING", from: pending }, secret);
  }

  async start(
    token: string,
    { arn }: SecretState,
    entry: SecretEntry,
  ): Promise<"started" | "busy"> {
    await this.#pace.turn(this.#context);
    return this.#ports.rotations.start(arn, token, this.#wanted(entry), this.#context.signal);
  }

  #wanted({ schedule: { expression, duration }, place }: SecretEntry): Configuration {
    return { rotator: this.#ports.rotators[place], expression, duration };
  }

  /** Whoever moved it meanwhile: the next look tells. */
  async hold({ version }: Step & { kind: "hold" }, secret: SecretState): Promise<void> {
    const from = holderOf(secret, "AWSPENDING");
    await this.#move(
      { label: "AWSPENDING", ...(from !== undefined && { from }), to: version },
      secret,
    );
  }

  /** Whoever moved it meanwhile: the next look tells. */
  async move({ from, to }: Step & { kind: "move" }, secret: SecretState): Promise<void> {
    await this.#move({ label: "AWSCURRENT", from, to }, secret);
  }

  async #move(move: Omit<LabelMove, "secretId">, { arn }: SecretState): Promise<void> {
    await this.#pace.turn(this.#context);
    await this.#ports.store.moveLabel({ secretId: arn, ...move }, this.#context.signal);
  }

  async resume({ arn }: SecretState, entry: SecretEntry): Promise<void> {
    await this.#pace.turn(this.#context);
    await this.#ports.rotations.resume(arn, this.#wanted(entry), this.#context.signal);
  }

  async suspend({ arn }: SecretState): Promise<void> {
    await this.#pace.turn(this.#context);
    await this.#ports.rotations.cancel(arn, this.#context.signal);
  }
}
