import type { Alert } from "../../lib/alerts/alert.ts";
import type { Invocation } from "../walk/gate.ts";

/** What on-call was told of one secret. */
export class Told {
  /** Who told of what is not over, by the key of the alert. */
  readonly #standing = new Map<string, { readonly by: Invocation; readonly severity: unknown }>();
  /** Alerts that came again although nothing had changed. */
  readonly twice: string[] = [];

  alert({ event }: Pick<Alert, "event">, by: Invocation): void {
    const { code, status, severity, deduplicationKey } = event;
    const key = String(deduplicationKey);
    const earlier = this.#standing.get(key);
    const isNews = status === "over" || (status === "worse" && earlier?.severity !== severity);
    if (!isNews && earlier && !earlier.by.isDisturbed && !by.isDisturbed)
      this.twice.push(`${code} by ${earlier.by.id} and ${by.id}`);
    if (status === "over") this.#standing.delete(key);
    else this.#standing.set(key, { by, severity });
  }

  /** What is not over, as `secret/CODE/subject`. */
  get standing(): readonly string[] {
    return [...this.#standing.keys()];
  }

  /** As `standing`, without what the function that told it may not have remembered. */
  get remembered(): readonly string[] {
    return [...this.#standing].flatMap(([key, { by }]) => (by.isDisturbed ? [] : [key]));
  }
}
