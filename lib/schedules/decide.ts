import { functionsOf } from "../manifest/place.ts";
import type { Schedule, ScheduledSecret } from "./port.ts";

/** What to do about the schedule of one secret. */
export type Decision =
  | { readonly kind: "set" | "cancel" }
  | { readonly kind: "mark"; readonly mark: string | undefined }
  | {
      readonly kind: "leave";
      /** `off`: a person switched it off, and the manifest has not changed since. */
      readonly why: "scheduled" | "off" | "absent" | "deleted" | "foreign";
    }
  | { readonly kind: "refuse"; readonly why: "managed" | "otherStack" | "unsettled" };

export interface Occasion {
  readonly now: Date;
  /** ARNs of the functions of this stack that rotate. */
  readonly ours: readonly string[];
  /** The stack has just got its custom resource, and perhaps had a RotationSchedule for each secret before. */
  readonly isFirst?: boolean;
}

/** The mark of a secret whose schedule the stack switched off itself, so that it may switch it on again. */
export const offMark = "off";

/**
 * In milliseconds. CloudFormation switches off what it no longer has in the template after everything else, so after
 * the custom resource was served (cloudformation-coverage-roadmap #1813).
 */
const cleanupTime = 6 * 3600 * 1000;

/**
 * A secret that the manifest names. A schedule that somebody switched off stays off until the manifest has another one
 * for it: Secrets Manager keeps function and rules, so the secret itself tells what the stack set last. Pure.
 */
export function decideNamed(
  secret: ScheduledSecret | undefined,
  wanted: Schedule,
  { now, ours, isFirst = false }: Occasion,
): Decision {
  if (!secret) return { kind: "leave", why: "absent" };
  const { rotation, mark } = secret;
  if (secret.isDeleted) return { kind: "leave", why: "deleted" };
  if (secret.isManaged) return { kind: "refuse", why: "managed" };
  if (!rotation) return { kind: "set" };
  if (isOtherStack(rotation.functionArn, ours)) {
    if (rotation.isOn) return { kind: "refuse", why: "otherStack" };
    if (mark !== offMark) return { kind: "leave", why: "off" };
  }
  if (!isSame(rotation, wanted)) return { kind: "set" };
  if (!rotation.isOn) return isOurs(mark, now) ? { kind: "set" } : { kind: "leave", why: "off" };
  if (isFirst && mark === undefined)
    return { kind: "mark", mark: new Date(now.getTime() + cleanupTime).toISOString() };
  if (mark !== undefined && !(Date.parse(mark) > now.getTime()))
    return { kind: "mark", mark: undefined };
  return { kind: "leave", why: "scheduled" };
}

/**
 * One that it does not name, or no longer, or that is to lose its stack. Settlement looks at what the manifest names
 * alone. Pure.
 */
export function decideUnnamed(
  { rotation, isDeleted, isManaged, unsettled }: ScheduledSecret,
  { ours }: Pick<Occasion, "ours">,
): Decision {
  if (isDeleted) return { kind: "leave", why: "deleted" };
  const functionArn = isManaged ? undefined : rotation?.functionArn;
  if (functionArn === undefined || !ours.includes(functionArn))
    return { kind: "leave", why: "foreign" };
  if (rotation?.isOn) return { kind: "cancel" };
  return unsettled === undefined
    ? { kind: "leave", why: "foreign" }
    : { kind: "refuse", why: "unsettled" };
}

const isSame = (one: NonNullable<ScheduledSecret["rotation"]>, other: Schedule) =>
  one.functionArn === other.functionArn &&
  one.expression === other.expression &&
  one.duration === other.duration;

/** Whether the stack switched it off, or CloudFormation while it upgraded the stack. */
const isOurs = (mark: string | undefined, now: Date) =>
  mark === offMark || (mark !== undefined && Date.parse(mark) > now.getTime());

/** The function of another deployment of this service. */
function isOtherStack(functionArn = "", ours: readonly string[]): boolean {
  const isRotator = Object.values(functionsOf).some(({ rotate }) =>
    functionArn.endsWith(`-${rotate}`),
  );
  return isRotator && !ours.includes(functionArn);
}
