import { decide } from "../../rotation/decide.ts";
import { holderOf, isSuppliedVersion, labelsOn, originOf } from "../../secret/labels.ts";
import type { SecretState } from "../../secret/store.ts";
import { SupplyRefused } from "./errors.ts";

/** What a supply finds a secret in. */
export type Situation =
  | { readonly kind: "free"; readonly currentId: string }
  /** An earlier supply has staged a key and was killed, or is still at work. */
  | { readonly kind: "staged"; readonly currentId: string; readonly token: string }
  /** What an earlier supply has staged was made from what is AWSCURRENT no more. */
  | { readonly kind: "stale"; readonly currentId: string; readonly token: string };

/**
 * Whether a key may be handed over now. Pure.
 * @param token the version that it would become
 * @throws SupplyRefused, ManagedByAws, NoCurrentVersion, Unsettled
 */
export function situationOf(secret: SecretState, token: string): Situation {
  const { name, deletedAt } = secret;
  if (deletedAt)
    throw new SupplyRefused(
      `${name} is scheduled for deletion.`,
      "Restore it first: aws secretsmanager restore-secret.",
    );
  const current = holderOf(secret, "AWSCURRENT");
  const holder = holderOf(secret, "AWSPENDING");
  const pending = holder === current ? undefined : holder;
  if (pending !== undefined && !isSuppliedVersion(pending))
    throw new SupplyRefused(
      `A rotation of ${name} is under way, or was left behind: AWSPENDING is on version ${pending}.`,
      "Wait until it has ended; npm run validate -- --live says what to do if it does not.",
    );
  const isStaged = pending !== undefined && originOf(labelsOn(secret, pending)) === current;
  const next = isStaged ? pending : token;
  const versions = new Map([[token, ["AWSPENDING"]] as const, ...secret.versions]);
  const event = { step: "createSecret", secretId: secret.arn, token: next } as const;
  const decision = decide(event, { ...secret, versions, rotationEnabled: true });
  if (decision.kind === "refuse") throw decision.error;
  const currentId = current ?? "";
  if (pending === undefined) return { kind: "free", currentId };
  return { kind: isStaged ? "staged" : "stale", currentId, token: pending };
}
