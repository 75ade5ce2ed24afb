import { problemsIn } from "../alerts/memory.ts";
import type { StandingProblem } from "../alerts/problem.ts";
import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import { mayHaveSwitched, pendingOf } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import { isSwitched } from "./judge.ts";
import type { WatchPorts } from "./ports.ts";

/** In milliseconds: between the first two attempts; each further one waits as long as all before it took. */
const [shortestPause, longestPause] = [20_000, 3_600_000];

/** What is remembered of it, among the claims; settlement forgets it when the secret has rotated. */
const kind = "COMPLETION";

/**
 * Has an `in-place` rotation that stopped inside its switch tried again at once: until then AWSCURRENT may be refused.
 * It waits longer each time, so that what fails again does not keep itself busy. Does not throw: Secrets Manager tries
 * again by itself, too, later.
 * @param secret as it is now
 */
export async function complete(
  secret: SecretState,
  entry: SecretEntry,
  ports: Pick<WatchPorts, "store" | "memory" | "rotator">,
  context: Context,
): Promise<void> {
  const stopped = interrupted(secret, entry);
  if (stopped === undefined) return;
  try {
    const remembered = await ports.memory.of(secret.arn, context.signal);
    const claims = problemsIn(remembered, "claims");
    const last = claims.find((each) => each.kind === kind && each.last.token === stopped);
    const pause = pauseOf(last, context.now());
    if (pause > shortestPause) return;
    await context.sleep(pause);
    const now = pause > 0 ? await ports.store.describe(secret.arn, context.signal) : secret;
    const token = interrupted(now, entry);
    if (token === undefined) return;
    await ports.rotator.retry(secret.arn, token, context.signal);
    const others = claims.filter((each) => each.kind !== kind);
    const problems = [...others, attempted(last, token, context.now())];
    await ports.memory.write({ secret: secret.arn, domain: "claims", problems }, context.signal);
  } catch (thrown) {
    const { message } = asRotationError(thrown);
    context.log.warn(secret.name, `The interrupted switch was not tried again: ${message}`);
  }
}

/** The version to which AWSCURRENT may have been switched. RotateSecret would switch on what was switched off. */
function interrupted(secret: SecretState, entry: SecretEntry): string | undefined {
  const pending = pendingOf(secret);
  const isOurs = isSwitched(entry) && secret.rotationEnabled === true && !secret.deletedAt;
  return isOurs && pending !== undefined && mayHaveSwitched(secret, pending) ? pending : undefined;
}

function pauseOf(last: StandingProblem | undefined, now: Date): number {
  if (!last) return 0;
  const took = last.last.at.getTime() - last.since.getTime();
  const wait = Math.min(longestPause, Math.max(shortestPause, took));
  return Math.max(0, last.last.at.getTime() + wait - now.getTime());
}

const attempted = (
  last: StandingProblem | undefined,
  token: string,
  at: Date,
): StandingProblem => ({
  kind,
  subject: "",
  severity: "error",
  since: last?.last.token === token ? last.since : at,
  told: false,
  last: { kind: "unreported", step: "finishSecret", token, at },
});
