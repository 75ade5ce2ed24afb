import { holderOf, preparedLabel } from "../secret/labels.ts";
import type { Promotion } from "./consumer.ts";
import type { SecretFacts, SettlementState } from "./state.ts";

/** A mirror's answer holds for one version only, and somebody may have edited the secret since. */
export function mirroredAs({ mirror }: SettlementState, current: string) {
  return mirror !== "unasked" && mirror?.version === current ? mirror : undefined;
}

/** When the value changed for consumers; `undefined` when Secrets Manager does not say. */
export function promotionOf(
  state: SettlementState,
  currentCreatedAt: Date | undefined,
): Promotion | undefined {
  const current = holderOf(state.secret, "AWSCURRENT") ?? "";
  const at = promotionTime(state.secret, current, currentCreatedAt);
  return at && { at, parameters: mirroredAs(state, current)?.parameters ?? new Map() };
}

/**
 * When AWSCURRENT moved, or later. The date of the last completed rotation; a version that a rotation made
 * has none until that rotation is completed, one that was written by hand has its own.
 */
function promotionTime(
  { lastRotatedAt, versions }: SecretFacts,
  current: string,
  currentCreatedAt: Date | undefined,
): Date | undefined {
  if (!lastRotatedAt || !currentCreatedAt) return undefined;
  if (lastRotatedAt >= currentCreatedAt) return lastRotatedAt;
  return versions.get(current)?.includes(preparedLabel) ? undefined : currentCreatedAt;
}
