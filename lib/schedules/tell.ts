import { everySecret, type ProblemMemory, problemsIn } from "../alerts/memory.ts";
import type { FoundProblem, StandingProblem } from "../alerts/problem.ts";
import { tell } from "../alerts/tell.ts";
import type { Context } from "../context/context.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { secretNameOf } from "../secret/arn.ts";
import { SchedulesNotSet } from "./errors.ts";
import type { Seen } from "./pass.ts";

/** What a look at the schedules found. */
export interface Looked {
  readonly seen: readonly Seen[];
  /** Whether every secret was reached. */
  readonly isWhole: boolean;
  /** Whether those are marked that had a schedule before the stack. */
  readonly isMarked?: boolean | undefined;
  /** What kept them all from being looked at. */
  readonly failure?: RotationError | undefined;
  /** When the look began. */
  readonly since: Date;
}

/** Stands for a secret where an alert is about the schedules as a whole. */
const whole = { arn: everySecret, name: everySecret };

/** How many secrets are told of one by one. */
const most = 10;

/** Tells on-call what is new of the schedules. Does not throw. */
export async function tellOf(
  { seen, isWhole, failure, since }: Looked,
  memory: Pick<ProblemMemory, "list" | "write">,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  const standing = await standingIn(memory, context, signal);
  const report = async (secret: typeof whole, error?: RotationError) => {
    const before = standing?.get(secret.arn) ?? [];
    if (!error && before.length === 0) return;
    const task = {
      kind: "schedule",
      secret: secret.name,
      step: "schedule",
      token: "none",
    } as const;
    const found: FoundProblem[] = error ? [{ error, task, mayPass: error.retryable }] : [];
    const looked = { secret, domain: "schedules", standing: before, found, since } as const;
    await tell({ ...looked, isOver: () => true }, standing && memory, context, signal);
  };
  const { single, others } = sorted(seen, new Set(standing?.keys()));
  for (const { item, failure } of single)
    await report({ arn: item.secretId, name: item.name }, failure);
  const [first] = others;
  const names = others.map(({ item }) => item.name);
  if (failure) await report(whole, failure);
  else if (first?.failure) await report(whole, new SchedulesNotSet(names, first.failure));
  else if (isWhole) await report(whole);
  const isUnwell = new Set(seen.flatMap(({ item, failure }) => (failure ? item.secretId : [])));
  const isSeen = new Set(seen.map(({ item }) => item.secretId));
  for (const arn of standing?.keys() ?? [])
    if (arn !== whole.arn && !isUnwell.has(arn) && (isWhole || isSeen.has(arn)))
      await report({ arn, name: secretNameOf(arn) });
}

/** Those that on-call knows of and as many others as are told one by one; and the rest. */
function sorted(seen: readonly Seen[], known: ReadonlySet<string>) {
  const failed = seen.filter(({ failure }) => failure);
  const told = failed.filter(({ item }) => known.has(item.secretId));
  const fresh = failed.filter(({ item }) => !known.has(item.secretId));
  const room = Math.max(0, most - told.length);
  return { single: [...told, ...fresh.slice(0, room)], others: fresh.slice(room) };
}

/** By ARN of the secret; `undefined` where it cannot be read. */
async function standingIn(
  memory: Pick<ProblemMemory, "list">,
  { log }: Pick<Context, "log">,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly StandingProblem[]> | undefined> {
  try {
    const remembered = await memory.list(signal);
    const own = remembered.map((each) => [each.secret, problemsIn([each], "schedules")] as const);
    return new Map(own.filter(([, problems]) => problems.length > 0));
  } catch (thrown) {
    const { code, message } = asRotationError(thrown);
    log.alertFailed(whole.name, code, message);
    return undefined;
  }
}
