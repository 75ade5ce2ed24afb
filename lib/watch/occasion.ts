import { readSighting, type Sighting } from "./sighting.ts";

/** The event of a tick, which shows that this function can run, and is a reason for nothing. */
export const watchTick = { source: "quarterturn", "detail-type": "Tick" } as const;

/** What an invocation is for. */
export type Occasion =
  | { readonly kind: "tick" }
  /** @param at the hour that it is of */
  | { readonly kind: "look"; readonly at: Date }
  | { readonly kind: "sighting"; readonly sighting: Sighting };

/**
 * Reads an event of EventBridge: of a schedule, the tick's, or of Secrets Manager.
 * @throws InvalidNotice
 */
export function readOccasion(event: unknown, now: Date): Occasion {
  const { source, "detail-type": type, time }: Record<string, unknown> = { ...Object(event) };
  if (source === watchTick.source && type === watchTick["detail-type"]) return { kind: "tick" };
  if (source !== "aws.events" || type !== "Scheduled Event")
    return { kind: "sighting", sighting: readSighting(event) };
  const at = new Date(typeof time === "string" ? time : Number.NaN);
  return { kind: "look", at: Number.isNaN(at.getTime()) ? now : at };
}
