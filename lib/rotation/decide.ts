import type { RotationError } from "../errors.ts";
import { holderOf, isLeaked, originOf, preparedLabel, retiringVersions } from "../secret/labels.ts";
import { forgottenVersions } from "../secret/left.ts";
import type { SecretState } from "../secret/store.ts";
import { SecretChanged } from "./errors.ts";
import type { RotationEvent } from "./event.ts";
import {
  ManagedByAws,
  NoCurrentVersion,
  RotationNotEnabled,
  TokenNotPending,
  TokenUnknown,
  Unsettled,
} from "./refusals.ts";

export type Decision =
  | { readonly kind: "run"; readonly currentId: string; readonly prepared: boolean }
  | { readonly kind: "alreadyCurrent" }
  | { readonly kind: "refuse"; readonly error: RotationError };

/**
 * The gate ahead of every step. Pure.
 *
 * A lone testSecret (RotateImmediately=false) changes nothing, and no documentation says that
 * RotationEnabled is set by then; so for testSecret only `false` refuses.
 */
export function decide(event: RotationEvent, secret: SecretState): Decision {
  const refuse = (error: RotationError): Decision => ({ kind: "refuse", error });
  const owner = secret.owningService ?? secret.externalType;
  if (owner) return refuse(new ManagedByAws(secret.name, owner));
  const enabled = secret.rotationEnabled ?? event.step === "testSecret";
  if (!enabled) return refuse(new RotationNotEnabled(secret.name));

  const labels = secret.versions.get(event.token);
  if (!labels) return refuse(new TokenUnknown(secret.name, event.token));
  if (labels.includes("AWSCURRENT")) return { kind: "alreadyCurrent" };
  if (!labels.includes("AWSPENDING"))
    return refuse(new TokenNotPending(secret.name, event.token, labels));

  const currentId = holderOf(secret, "AWSCURRENT");
  if (!currentId) return refuse(new NoCurrentVersion(secret.name));
  const origin = originOf(labels);
  if (origin !== undefined && origin !== currentId)
    return refuse(new SecretChanged(secret.name, event.token));
  const unsettled = [
    ...retiringVersions(secret).map(({ version }) => version),
    ...forgottenVersions(secret),
  ].find((version) => version !== event.token);
  // What leaked cannot wait: settlement retires both.
  if (unsettled !== undefined && event.step !== "testSecret" && !isLeaked(event.token))
    return refuse(new Unsettled(secret.name, unsettled));
  return { kind: "run", currentId, prepared: labels.includes(preparedLabel) };
}
