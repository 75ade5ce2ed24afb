import { everySecret, type ProblemMemory, problemsIn } from "../alerts/memory.ts";
import type { Identity } from "../alerts/problem.ts";
import { remember, type Unremembered } from "../alerts/remember.ts";
import { tell } from "../alerts/tell.ts";
import type { Context } from "../context/context.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { secretNameOf } from "../secret/arn.ts";
import type { EmergencyPorts } from "./ports.ts";
import type { EmergencyRequest } from "./request.ts";
import type { Selected } from "./selection.ts";

/** In milliseconds. */
const patience = 10_000;

/** In milliseconds: pauses before what was told is remembered once more. No later look of the emergency would. */
const pauses = [500, 1500, 4000];

/**
 * Tells on-call what is new of an emergency; without errors, that it is over. Does not throw: what cannot be told must not
 * keep what leaked alive. What is told of each emergency is remembered by itself. Two who start the same one within the
 * same moment may both tell, with the same deduplication key.
 * @param names of its secrets
 * @returns why something could not be told, and why it is not known what was
 */
export async function report(
  { action, id }: Pick<EmergencyRequest, "action" | "id">,
  names: readonly string[],
  errors: readonly RotationError[],
  { memory }: Pick<EmergencyPorts, "memory">,
  context: Context,
): Promise<{
  readonly failure?: RotationError | undefined;
  readonly unread?: RotationError | undefined;
}> {
  const signal = AbortSignal.timeout(patience);
  const name = subjectOf(names);
  const key = keyOf(id, name);
  let unread: RotationError | undefined;
  const all = await memory.of(key, signal).catch((thrown) => {
    unread = asRotationError(thrown);
    context.log.alertFailed(name, unread.code, unread.message);
    return undefined;
  });
  const task = { kind: "emergency", secret: name, step: action, token: id } as const;
  const isBegin = errors.some(({ code }) => code === "EMERGENCY");
  // While what leaked may work, nobody is to read that it is over.
  const isHeld = (kind: string) =>
    action === "leaked" && errors.length > 0 && (isBegin || kind === "EMERGENCY");
  const seen = {
    secret: { arn: key, name },
    domain: "emergency",
    standing: problemsIn(all ?? [], "emergency"),
    found: errors.map((error) => ({ error, task })),
    since: context.now(),
    isOver: ({ subject, kind }: Identity) => subject === id && !isHeld(kind),
  } as const;
  const { failure, unremembered } = await tell(seen, all && memory, context, signal);
  const left = { secret: key, domain: "emergency", isUnread: unread !== undefined } as const;
  if (unremembered) await rememberLater({ ...left, told: unremembered }, memory, context, signal);
  return { failure, unread };
}

/** Whether on-call was told of an emergency what is not over. Does not throw: what cannot be read may stand. */
export async function isStanding(
  { id, isDrill }: Pick<EmergencyRequest, "id" | "isDrill">,
  selected: readonly Selected[],
  { memory }: Pick<EmergencyPorts, "memory">,
  { signal }: Pick<Context, "signal">,
): Promise<boolean> {
  if (isDrill) return false;
  const name = subjectOf(selected.map(({ secretId }) => secretNameOf(secretId)));
  return memory.of(keyOf(id, name), signal).then(
    (all) => problemsIn(all, "emergency").length > 0,
    () => true,
  );
}

const subjectOf = ([first = everySecret, ...more]: readonly string[]) =>
  more.length > 0 ? everySecret : first;

/** Who gives the same id or reason for another secret gets alerts of its own, with their own deduplication key. */
const keyOf = (id: string, name: string) => `emergency ${id} ${name}`;

/** Does not throw: what could not be remembered stays open at a pager. */
async function rememberLater(
  left: Unremembered,
  memory: Pick<ProblemMemory, "of" | "write">,
  { sleep, log }: Context,
  signal: AbortSignal,
): Promise<void> {
  for (const pause of pauses) {
    try {
      await sleep(pause);
      return await remember(left, memory, signal);
    } catch (thrown) {
      const { code, message, retryable } = asRotationError(thrown);
      log.alertFailed(left.secret, code, message);
      if (!retryable) return;
    }
  }
}
