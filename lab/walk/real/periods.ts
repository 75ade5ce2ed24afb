import { setTimeout as sleep } from "node:timers/promises";
import type { Aws } from "../../../standin/aws.ts";
import type { Secret } from "../../../standin/secrets-manager/secret.ts";
import { Invocation } from "../gate.ts";
import type { Oracle } from "../oracle.ts";
import type { JumpingClock } from "./clock.ts";
import type { RealConsumers } from "./consumers.ts";
import type { Databases } from "./databases.ts";
import type { RealGate } from "./gate.ts";

interface Judged {
  readonly clock: Pick<JumpingClock, "now">;
  readonly aws: Pick<Aws, "intercept" | "idle" | "notifications">;
  readonly consumers: Pick<RealConsumers, "isQuiet">;
  readonly databases: Pick<Databases, "note">;
  readonly gate: Pick<RealGate, "hasDisturbed">;
  readonly oracle: Pick<Oracle, "alert" | "begun" | "changing" | "ended">;
  readonly isDown: (secret: Secret) => boolean;
}

/**
 * From one moment when nothing is under way to the next: functions run side by side here, so that the oracle takes what
 * happens in between as one invocation.
 */
export class Periods {
  readonly #judged: Judged;
  #count = 0;
  #notified = 0;
  #by: Invocation;

  constructor(judged: Judged) {
    this.#judged = judged;
    this.#by = this.#begin();
    judged.aws.intercept({
      after: ({ service }) => {
        if (service === "sns") this.#tell();
        return undefined;
      },
    });
  }

  /** Waits until nothing is under way, and judges what has ended. @param patience in the machine's milliseconds */
  async end(patience: number): Promise<void> {
    const isOver = await this.#waitFor(patience);
    const { gate, oracle, databases, isDown } = this.#judged;
    // The proxy does not see the answer to a function that was killed.
    await databases.note((change) => oracle.changing(change));
    this.#tell();
    const by = this.#by;
    by.isDisturbed ||= gate.hasDisturbed || isOver;
    oracle.ended(by, isDown);
    const { isDisturbed } = by;
    oracle.ended(Object.assign(this.#begin("settle"), { isDisturbed }), isDown);
    gate.hasDisturbed = false;
    this.#by = this.#begin();
    // What is under way still goes on after a jump of time.
    this.#by.isDisturbed = isOver;
    oracle.begun(this.#by);
  }

  /** @returns whether something may be under way still */
  async #waitFor(patience: number): Promise<boolean> {
    const { aws, consumers } = this.#judged;
    const end = performance.now() + patience;
    const isOver = () => performance.now() > end;
    do {
      await Promise.race([aws.idle(), sleep(patience, undefined, { ref: false })]);
      if (consumers.isQuiet) break;
      await sleep(20);
    } while (!isOver());
    return isOver();
  }

  /** What on-call was told since. */
  #tell(): void {
    const { aws, gate, oracle } = this.#judged;
    for (; this.#notified < aws.notifications.length; this.#notified += 1) {
      const texts = JSON.parse(aws.notifications[this.#notified]?.message ?? "{}");
      if (!texts.email) continue;
      this.#by.isDisturbed ||= gate.hasDisturbed;
      oracle.alert({ text: texts.email, event: JSON.parse(texts.default) }, this.#by);
    }
  }

  #begin(name = "rotate"): Invocation {
    this.#count += 1;
    return new Invocation(`${name} ${this.#count}`, this.#judged.clock.now, 0, 0);
  }
}
