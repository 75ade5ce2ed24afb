import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import type { Drive } from "./drive.ts";
import type { EmergencyPorts } from "./ports.ts";

/** In milliseconds: what is promoted waits so long for others, so that one deployment serves all of them. */
const gathering = 10_000;

/** ARNs in one event: an asynchronous invocation takes 256 KB (Lambda quotas). */
const perInvocation = 1000;

/** Has what was promoted settled at once, instead of when its event has come through the queue. */
export class Settler {
  readonly #ports: Pick<EmergencyPorts, "settle">;
  readonly #context: Context;
  readonly #asked = new Set<string>();
  #waitingSince: number | undefined;

  constructor(ports: Pick<EmergencyPorts, "settle">, context: Context) {
    this.#ports = ports;
    this.#context = context;
  }

  /** Does not throw: it is asked again at the next look. */
  async poke(drives: readonly Drive[]): Promise<void> {
    const fresh = drives.filter(({ stage, arn }) => stage === "promoted" && !this.#asked.has(arn));
    if (fresh.length === 0) return;
    const now = this.#context.now().getTime();
    this.#waitingSince ??= now;
    const isAlone = drives.every(({ stage }) => stage !== "open" && stage !== "rotating");
    if (!isAlone && now - this.#waitingSince < gathering) return;
    this.#waitingSince = undefined;
    for (const each of fresh) {
      this.#asked.add(each.arn);
      each.isSettling = true;
    }
    const arns = fresh.map(({ arn }) => arn);
    try {
      for (let at = 0; at < arns.length; at += perInvocation) {
        const resources = arns.slice(at, at + perInvocation);
        const body = JSON.stringify({ source: "aws.secretsmanager", resources });
        const event = { isDirect: true, Records: [{ messageId: "emergency", body }] };
        await this.#ports.settle.start(event, this.#context.signal);
      }
    } catch (thrown) {
      for (const each of fresh) {
        this.#asked.delete(each.arn);
        each.isSettling = false;
      }
      this.#context.log.warn(
        "all",
        `settlement is asked again: ${asRotationError(thrown).message}`,
      );
    }
  }
}
