import { severityOf } from "../alerts/problem.ts";
import { bounded } from "../bounded.ts";
import type { Context } from "../context/context.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { complete } from "./complete.ts";
import { figuresOf } from "./figures.ts";
import { everything, expired, findingOf, released } from "./finding.ts";
import { judge } from "./judge.ts";
import type { WatchPorts } from "./ports.ts";
import { probeTurns } from "./probing.ts";
import { stopped } from "./stopped.ts";
import { lookAt, type Seen, seenAs, subjectsOf } from "./subject.ts";
import { type Finding, Findings } from "./telling.ts";

/** Secrets that are described at once. */
const width = 20;

/** In milliseconds: a switch takes less, unless it was interrupted. */
const switchTime = 10_000;

/**
 * Looks at every secret of the manifest, tells on-call what is wrong with it, and measures how they are. What Secrets
 * Manager or the memory refuses for now is thrown, and Lambda repeats the look.
 * @param at the hour that it is of
 * @returns what it saw, for the log
 * @throws AwsCallFailed, TopicMissing, DeadlineReached
 */
export async function survey(at: Date, ports: WatchPorts, context: Context): Promise<string> {
  const { manifest, memory, store } = ports;
  const broken: RotationError[] = [];
  const refused = (thrown: unknown) => {
    const error = asRotationError(thrown);
    if (error.retryable) throw error;
    context.log.warn("all secrets", error.message);
    broken.push(error);
    return undefined;
  };
  const remembered = await memory.list(context.signal).catch(refused);
  const findings = new Findings(remembered ?? [], remembered && memory, context);
  const listed = await store.list(context.signal).catch(refused);
  const subjects = subjectsOf(manifest, listed);
  const looked = await bounded(subjects, width, (subject) =>
    lookAt(subject, findings.has(subject.listed?.arn ?? subject.key), ports, context),
  );
  const seen = await confirmed(
    looked.flatMap((each) => each ?? []),
    ports,
    context,
  );
  const isDown = ({ id }: Seen) =>
    findings
      .standing(id)
      .some(({ last, severity }) => last.step === "probe" || severity === "critical");
  const { answers, failures } = await probeTurns(seen, at, isDown, ports, context);
  const all = [
    ...seen.map((each) => findingOf(each, answers.get(each.key))),
    ...expired(manifest, context.now()),
    ...stopped(remembered ?? [], seen, context.now()),
    everything(broken, failures, answers.size > 0),
  ];
  const unread = subjects.filter((_, index) => looked[index] === undefined);
  await tellAll([...all, ...released(all, unread, findings.ids)], findings, context);
  context.log.figures(figuresOf(seen, context.now()));
  return `${seen.length} of ${subjects.length} secrets, AWSCURRENT of ${answers.size} tried`;
}

/** A switch that is under way looks as one that was interrupted, so it gets a second look; then it is tried again. */
async function confirmed(
  seen: readonly Seen[],
  ports: WatchPorts,
  context: Context,
): Promise<readonly Seen[]> {
  const isOpen = ({ state }: Seen) => state === "interrupted";
  if (!seen.some(isOpen)) return seen;
  await context.sleep(switchTime);
  return bounded(seen, width, async (each) => {
    if (!isOpen(each)) return each;
    const secret = await ports.store.describe(each.id, context.signal).catch(() => undefined);
    if (!secret) return each;
    await complete(secret, each.entry, ports, context);
    return seenAs(each, secret, judge(secret, each.entry, context.now()));
  });
}

/** The worst first, as long as there is time; the rest is told by the next look. @throws what kept one from being sent */
async function tellAll(
  all: readonly Finding[],
  findings: Findings,
  context: Context,
): Promise<void> {
  const isWorst = ({ found }: Finding) =>
    found.some(({ error }) => severityOf(error) === "critical");
  let failure: RotationError | undefined;
  for (const each of all.toSorted((a, b) => Number(isWorst(b)) - Number(isWorst(a)))) {
    if (context.signal.aborted) {
      context.log.warn("all secrets", "Not all findings are reported yet: time ran out.");
      break;
    }
    failure = (await findings.tell(each)) ?? failure;
  }
  if (failure) throw failure;
}
