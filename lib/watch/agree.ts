import { type ProblemMemory, problemsIn, type Remembered } from "../alerts/memory.ts";
import { identityOf, isSame, type StandingProblem, severityOf } from "../alerts/problem.ts";
import type { Context } from "../context/context.ts";
import { asRotationError, RotationError } from "../errors.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import { secretNameOf } from "../secret/arn.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import { decide, unlessTold, type Verdict } from "./decide.ts";
import { SecretUnseen } from "./errors.ts";
import { isSwitched } from "./judge.ts";
import type { Sighting } from "./sighting.ts";
import { taskOf } from "./task.ts";

/**
 * In milliseconds: how long an invocation may take from its look at the secret to its claim. One that waits as
 * long after its own claim sees the claims of all that looked before it alerted; it must alert in less.
 */
const claimTime = 2500;

/** In milliseconds, for an alert. */
export const alertTime = 1500;

/** An invocation that looks at one secret. */
interface Watch {
  readonly sighting: Sighting;
  readonly entry: SecretEntry;
  readonly ports: AgreePorts;
  readonly context: Context;
}

interface AgreePorts {
  readonly store: Pick<SecretStore, "describe">;
  readonly memory: Pick<ProblemMemory, "of" | "write">;
}

interface Agreement {
  readonly verdict: Verdict;
  readonly seen?: SecretState | undefined;
  /** Of this secret; absent: it could not be read. */
  readonly remembered: readonly Remembered[] | undefined;
}

/**
 * One failure produces several events and concurrent invocations. Each looks, writes its claim, waits, and looks again:
 * the last one to claim sends the alert. The second look also sees what has become of a rotation that is being
 * repeated.
 */
export async function agree(watch: Watch): Promise<Agreement> {
  const { context, sighting } = watch;
  const soon = AbortSignal.any([context.signal, AbortSignal.timeout(claimTime)]);
  const first = await look(watch, undefined, soon);
  const { verdict } = first;
  if (verdict.kind === "silent") return first;
  const claim = String(context.randomInt(2 ** 47));
  const task = taskOf(sighting, verdict.token, first.seen);
  // An invocation that may not write alerts without a claim, perhaps beside others.
  const { remembered } = first;
  const claiming = { problem: verdict.problem, task, remembered, claim, signal: soon };
  const hasClaimed = await remember(watch, claiming).then(
    () => true,
    () => false,
  );
  await context.sleep(claimTime);
  const second = await look(watch, hasClaimed ? claim : undefined, context.signal);
  return second.seen || !first.seen ? second : { ...first, remembered: second.remembered };
}

async function look(
  { sighting, entry, ports, context }: Watch,
  claim: string | undefined,
  signal: AbortSignal,
): Promise<Agreement> {
  const { secretId } = sighting;
  const [seen, remembered] = await Promise.all([
    ports.store.describe(secretId, signal).catch(asRotationError),
    ports.memory.of(secretId, signal).catch((thrown) => {
      const { code, message } = asRotationError(thrown);
      context.log.alertFailed(secretNameOf(secretId), code, message);
      return undefined;
    }),
  ]);
  const all = remembered ?? [];
  const outside = [...problemsIn(all, "watch"), ...problemsIn(all, "findings")];
  const claims = problemsIn(all, "claims");
  if (seen instanceof RotationError) {
    const problem = new SecretUnseen(secretNameOf(secretId), seen.message, sighting.kind);
    return { verdict: unlessTold(problem, { outside, claims, claim }), remembered };
  }
  const verdict = decide({
    sighting,
    secret: seen,
    inside: problemsIn(all, "rotation"),
    inPlace: isSwitched(entry),
    outside,
    claims,
    claim,
  });
  return { verdict, seen, remembered };
}

interface Remembering {
  readonly problem: RotationError;
  readonly task: ReturnType<typeof taskOf>;
  readonly remembered: readonly Remembered[] | undefined;
  /** That this invocation is about to tell; absent: it has. */
  readonly claim?: string;
  readonly signal?: AbortSignal;
}

/** Not where it could not be read: that would forget what else was told. @throws as `ProblemMemory.write` */
export async function remember(
  { sighting: { secretId: secret }, ports, context }: Watch,
  { problem, task, remembered, claim, signal = AbortSignal.timeout(alertTime) }: Remembering,
): Promise<void> {
  if (!remembered) return;
  const domain = claim === undefined ? "watch" : "claims";
  const at = context.now();
  const { kind, step, token } = task;
  const identity = identityOf(problem);
  const standing: StandingProblem = {
    ...identity,
    severity: severityOf(problem),
    since: at,
    told: claim === undefined,
    last: { kind, step, token, at },
    claim,
  };
  const others = problemsIn(remembered, domain).filter((each) => !isSame(each, identity));
  await ports.memory.write({ secret, domain, problems: [...others, standing] }, signal);
}
