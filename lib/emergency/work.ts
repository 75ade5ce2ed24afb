import { bounded } from "../bounded.ts";
import type { Context } from "../context/context.ts";
import { Acting } from "./act.ts";
import { announceBeginning, announceEnd } from "./announce.ts";
import { settleDeadLetters } from "./dead-letters.ts";
import { Drive } from "./drive.ts";
import { type Job, wishOf } from "./job.ts";
import type { EmergencyPorts } from "./ports.ts";
import { select } from "./selection.ts";
import { Settler } from "./settler.ts";

/** Of the invocations; an hour in all. Lambda ends a chain of about 16 (developer guide, "Recursive loop detection"). */
const mostRounds = 12;

/** Secrets at once. */
const width = 20;

/** Between two looks, in milliseconds: the first ones, the later ones, and those that wait for what takes long. */
const [soon, later, atLast] = [500, 3000, 15_000];

/** In milliseconds: what rotates takes seconds, and what is settled minutes. */
const minute = 60_000;

/** In milliseconds: for how long one invocation looks. */
const roundTime = 4.5 * minute;

/** In milliseconds, kept back from an invocation to hand over to the next one and to tell. */
export const handOverTime = 20_000;

/**
 * Drives every secret of an emergency to its end, or hands over to another invocation. What it needs to know is in the
 * account, so that it may be killed and begun again anywhere.
 */
export async function work(
  job: Job,
  ports: EmergencyPorts,
  context: Context,
): Promise<{ readonly finished: boolean }> {
  const { request, round } = job;
  const isTag = "tag" in request.selection;
  const listed = isTag ? await ports.store.list(context.signal) : [];
  const drives = select(request.selection, ports.manifest, listed).map((each) => new Drive(each));
  // The alert must not keep what leaked alive for longer.
  const begun = round === 0 ? announceBeginning(job, drives, ports, context) : undefined;
  if (request.action === "repair" && round === 0) await settleDeadLetters(ports, context);
  const acting = new Acting(ports, context);
  const wish = wishOf(request, new Date(job.askedAt), ports);
  const settled = new Settler(ports, context);
  const began = context.now().getTime();
  for (;;) {
    const open = drives.filter(({ isOver }) => !isOver);
    await bounded(open, width, (each) => each.look(wish, ports, acting, context));
    if (request.action !== "rotate") await settled.poke(drives);
    if (drives.every(({ isOver }) => isOver)) break;
    const passed = context.now().getTime() - began;
    const pause = pauseFor(drives, round, passed);
    // After a pause that is cut short there is no time to look: another run may have told by then that it is over.
    if (passed + pause > roundTime || !(await hasSlept(pause, context))) break;
  }
  // Once more, for whoever could not be told at first.
  if (await begun) await announceBeginning(job, drives, ports, context);
  const open = drives.filter(({ isOver }) => !isOver);
  if (open.length > 0 && round < mostRounds) {
    const signal = AbortSignal.timeout(handOverTime / 2);
    await ports.itself.start({ work: { ...job, round: round + 1 } }, signal);
    return { finished: false };
  }
  const untold = await announceEnd(job, drives, ports, context);
  if (untold && round === 0) {
    // Tried again, this one would tell once more that it has begun.
    await ports.itself.start({ work: { ...job, round: 1 } }, AbortSignal.timeout(handOverTime / 2));
    return { finished: false };
  }
  // Lambda tries it again; there is nothing left to do but to tell.
  if (untold) throw untold;
  return { finished: open.length === 0 };
}

function pauseFor(drives: readonly Drive[], round: number, passed: number): number {
  if (round > 0 || passed > 2 * minute) return atLast;
  const isWaiting = drives.every(({ stage }) => stage !== "open" && stage !== "rotating");
  return isWaiting || passed > minute ? later : soon;
}

/** `false` when there is no time left. */
const hasSlept = (ms: number, { sleep }: Context): Promise<boolean> =>
  sleep(ms).then(
    () => true,
    () => false,
  );
