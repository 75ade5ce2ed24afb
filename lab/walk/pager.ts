import { type Page, pageOfAlert } from "../../lib/alerts/page.ts";
import type { Invocation } from "./gate.ts";

interface Incident {
  readonly severity: Page["severity"];
  readonly isOpen: boolean;
  /** Who told last. */
  readonly by: Invocation;
}

/** A pager on the event bus, which gets what `relay` makes of each alert. */
export class Pager {
  /** By deduplication key. */
  readonly #incidents = new Map<string, Incident>();

  /**
   * Takes what the bus has of an alert.
   * @returns why the pager need not have heard it; a lost reply excuses that
   */
  take(event: Readonly<Record<string, unknown>>, by: Invocation): string | undefined {
    const page = pageOfAlert(event);
    const { dedup_key, event_action, severity } = page;
    const earlier = this.#incidents.get(dedup_key);
    const isOpen = event_action === "trigger";
    this.#incidents.set(dedup_key, { severity, isOpen, by });
    if (by.isDisturbed || earlier?.by.isDisturbed) return undefined;
    if (!isOpen) return earlier?.isOpen ? undefined : `${dedup_key} is resolved and was not open`;
    const isWorse = severity === "critical" && earlier?.severity !== "critical";
    return earlier?.isOpen && !isWorse ? `${dedup_key} is open already` : undefined;
  }
}
