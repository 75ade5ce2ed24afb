import { functionsOf } from "../manifest/place.ts";
import type { Schedule, ScheduledSecret } from "./port.ts";

/** What to do about the schedule of one secret. */
export type Decision =
  | { readonly kind: "set" | "cancel" }
  | { readonly kind: "mark"; readonly mark: string | undefined }
  | {
      readonly kind: "leave";
      /** `off`: a person switched it off. */
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
 * A secret that the manifest names. Secrets Manager keeps the function when a schedule is switched off: one of ours that is
 * off without a mark was switched off by a person, and stays off until somebody switches it on. Pure.
 */
export function decideNamed(
  secret: ScheduledSecret | undefined,
  wanted: Schedule,
  occasion: Occasion,
): Decision {
  if (!secret) return { kind: "leave", why: "absent" };
  const { rotation, mark, isDeleted, isManaged } = secret;
  if (isDeleted) return { kind: "leave", why: "deleted" };
  if (isManaged) return { kind: "refuse", why: "managed" };
  if (!rotation) return { kind: "set" };
  if (rotation.isOn) return decideOn(secret, rotation, wanted, occasion);
  const { functionArn } = rotation;
  const isOther = isOtherStack(functionArn, occasion.ours);
  const isKnown = isOther || occasion.ours.includes(functionArn ?? "");
  const isReleased = mark === offMark || (!isOther && isAwaited(mark, occasion.now));
  return isKnown && !isReleased ? { kind: "leave", why: "off" } : { kind: "set" };
}

function decideOn(
  { mark }: ScheduledSecret,
  rotation: Rotation,
  wanted: Schedule,
  { now, ours, isFirst = false }: Occasion,
): Decision {
  const { functionArn = "" } = rotation;
  if (isOtherStack(functionArn, ours)) return { kind: "refuse", why: "otherStack" };
  if (isFirst && mark === undefined && ours.includes(functionArn))
    return { kind: "mark", mark: new Date(now.getTime() + cleanupTime).toISOString() };
  if (!isSame(rotation, wanted)) return { kind: "set" };
  if (mark !== undefined && !isAwaited(mark, now)) return { kind: "mark", mark: undefined };
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

type Rotation = NonNullable<ScheduledSecret["rotation"]>;

const isSame = (one: Rotation, other: Schedule) =>
  one.functionArn === other.functionArn &&
  one.expression === other.expression &&
  one.duration === other.duration;

/** Whether CloudFormation, which upgrades the stack, may switch it off or has done so. */
export const isAwaited = (mark: string | undefined, now: Date) =>
  mark !== undefined && Date.parse(mark) > now.getTime();

/** The function of another deployment of this service. */
function isOtherStack(functionArn = "", ours: readonly string[]): boolean {
  const isRotator = Object.values(functionsOf).some(({ rotate }) =>
    functionArn.endsWith(`-${rotate}`),
  );
  return isRotator && !ours.includes(functionArn);
}
