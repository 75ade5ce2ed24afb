import { incompleteVersion, type Secret } from "../../standin/secrets-manager/secret.ts";

/** What is true of one secret after a time of calm. */
export interface Facts {
  readonly secret: Secret;
  readonly now: number;
  /** Whether its server accepts AWSCURRENT; absent: the server is down. */
  readonly works: boolean | undefined;
  /** The problems of which on-call knows and was not told that they are over, as `CODE/subject`. */
  readonly standing: readonly string[];
}

/** In milliseconds: the window of the schedule, and two hourly looks. */
const dayAndLooks = 26 * 3_600_000;

/** What on-call should have heard of a secret, and has not. */
export function* untoldOf(facts: Facts): Generator<string> {
  const { secret, standing } = facts;
  const isTold = (...codes: readonly string[]) =>
    codes.some((code) => standing.some((each) => each.startsWith(`${code}/`)));
  if (isTrue.SECRET_DELETED(facts)) {
    if (!isTold("SECRET_DELETED")) yield "it is deleted";
    return;
  }
  if (isTrue.ROTATION_OFF(facts) && !isTold("ROTATION_OFF", "ROTATION_NOT_ENABLED"))
    yield "rotation is switched off";
  if (isTrue.CURRENT_DRIFTED(facts) && facts.works === false && standing.length === 0)
    yield "AWSCURRENT is refused";
  // A failure that was told says as much.
  const isLate =
    secret.rotation?.enabled && (secret.nextRotationAt ?? facts.now) < facts.now - dayAndLooks;
  if (isLate && standing.length === 0) yield "it is overdue";
  if (incompleteVersion(secret) && standing.length === 0) yield "AWSPENDING is stuck";
}

/** What on-call still believes, and is not so. */
export function* staleOf(facts: Facts): Generator<string> {
  for (const each of facts.standing) {
    const [code = "", ...subject] = each.split("/");
    const holds = isTrue[code];
    if (holds && !holds(facts, subject.join("/"))) yield `${code} is over`;
  }
}

/** Whether a problem that only the hourly look finds is there. */
const isTrue: Readonly<Record<string, (facts: Facts, subject?: string) => boolean>> & {
  readonly [code in "SECRET_DELETED" | "ROTATION_OFF" | "CURRENT_DRIFTED"]: (
    facts: Facts,
    subject?: string,
  ) => boolean;
} = {
  SECRET_DELETED: ({ secret }) => secret.deletionAt !== undefined,
  ROTATION_OFF: ({ secret }) => !secret.rotation?.enabled,
  ROTATION_OVERDUE: isOverdue,
  ROTATION_NEVER_RAN: isOverdue,
  PENDING_STUCK: ({ secret }, version) => incompleteVersion(secret)?.id === version,
  CURRENT_DRIFTED: ({ works }) => works !== true,
};

function isOverdue({ secret, now }: Facts): boolean {
  return secret.rotation?.enabled === true && (secret.nextRotationAt ?? now) < now;
}
