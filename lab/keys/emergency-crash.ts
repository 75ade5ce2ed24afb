import type { CrashRow } from "../crash/matrix.ts";
import { faults } from "../walk/gate.ts";
import { keyKinds } from "./crash.ts";
import { crashRow, type Verdict } from "./crash-row.ts";
import { EmergencyOracle } from "./emergency-oracle.ts";
import { KeyEmergency } from "./key-emergency.ts";
import type { KeyAccountOptions } from "./key-manifest.ts";

/** What happens to a call; `two at once`: whoever makes it is there twice. */
const disturbances = [...faults, "two at once"] as const;

/** How things are when the key leaks. */
const situations = ["settled", "unsettled", "under way"] as const;

/** The same command comes once more; else Lambda's own retries, and the queue, are all that comes. */
const recoveries = ["asked for again", "nobody does anything"] as const;

/** One emergency of a kind of key, and how it is disturbed. */
interface Case extends Pick<CrashRow, "subject" | "mode"> {
  readonly options: KeyAccountOptions;
  readonly revokeFirst: boolean;
  readonly situation: (typeof situations)[number];
  readonly recovery: (typeof recoveries)[number];
  readonly disturbance: (typeof disturbances)[number];
}

/** A key that its replacement ends cannot be revoked before. */
const actionsOf = ({ rolls, endsOldAfter }: KeyAccountOptions) =>
  rolls || endsOldAfter !== undefined ? [false] : [false, true];

/** All combinations. */
export const emergencyCases: readonly Case[] = Object.entries(keyKinds).flatMap(([kind, options]) =>
  actionsOf(options).flatMap((revokeFirst) =>
    situations.flatMap((situation) =>
      recoveries.flatMap((recovery) =>
        disturbances.map((disturbance) => {
          const action = revokeFirst ? "leaked, revoked first" : "leaked";
          const subject = `key: emergency ${action}, ${kind}, ${situation}`;
          const mode = `${disturbance}; ${recovery}`;
          return { subject, mode, options, revokeFirst, situation, recovery, disturbance };
        }),
      ),
    ),
  ),
);

/** Its emergency waits for an hour in thousands of calls, which are alike. */
const graceStride = 20;

/**
 * Emergencies of keys, disturbed at the calls of every function that takes part, in this process and on a clock of its own.
 * @param stride takes one call of so many, and fewer of those that wait for a grace period
 */
export async function emergencyCrashRows({
  stride,
  cases = emergencyCases,
}: {
  readonly stride: number;
  readonly cases?: typeof emergencyCases;
}): Promise<readonly CrashRow[]> {
  const rows: CrashRow[] = [];
  const counted = new Map<string, number>();
  for (const each of cases) {
    const key = `${each.subject}; ${each.recovery}`;
    const calls = counted.get(key) ?? (await undisturbed(each));
    counted.set(key, calls);
    const own = each.options.endsOldAfter === undefined ? stride : stride * graceStride;
    // Each begins at another call, so that together they disturb all kinds of calls.
    const first = emergencyCases.indexOf(each) % calls;
    rows.push(
      await crashRow(each, { calls, stride: own, first }, (point) => disturbed(each, point)),
    );
  }
  return rows;
}

/** @returns how many calls it makes */
async function undisturbed(each: Case): Promise<number> {
  const { calls, verdict } = await emergency(each);
  if (verdict.problems.length > 0)
    throw new Error(`An undisturbed emergency failed: ${verdict.problems.join("; ")}`);
  return calls;
}

const disturbed = async (each: Case, point: number): Promise<Verdict> =>
  (await emergency(each, point)).verdict;

async function emergency(
  each: Case,
  point?: number,
): Promise<{ readonly calls: number; readonly verdict: Verdict }> {
  const subject: KeyEmergency = new KeyEmergency(
    each.options,
    { action: "leaked", revokeFirst: each.revokeFirst },
    { alert: (alert, by) => oracle.alert(alert, by) },
  );
  const oracle = new EmergencyOracle(subject, each);
  await prepare(subject, each, oracle);
  const { gate } = subject.account;
  const before = gate.calls;
  if (point !== undefined) arm(subject, each, point);
  oracle.begin();
  subject.ask(false);
  await subject.pass();
  if (each.recovery === "asked for again" || !subject.isStarted) subject.ask(true);
  const calls = await toItsEnd(subject, oracle, before);
  if (point !== undefined && calls <= point) oracle.problems.push("the call was never made");
  return { calls, verdict: oracle.verdict() };
}

function arm(subject: KeyEmergency, { disturbance }: Case, calls: number): void {
  const { gate } = subject.account;
  if (disturbance === "two at once") gate.arm({ calls, move: (by) => subject.twin(by) });
  else gate.arm({ calls, fault: disturbance });
}

/** A rotation has been before, and a person has made a key beside it where there is room for one. */
async function prepare(
  { account }: KeyEmergency,
  { options, situation }: Case,
  oracle: EmergencyOracle,
): Promise<void> {
  await account.rotate("one");
  await account.settle();
  const hasRoom =
    options.maxKeys === undefined && options.endsOldAfter === undefined && !options.rolls;
  if (hasRoom) oracle.foreign = account.service.add("somebody's");
  await account.clock.run(3_600_000);
  if (situation === "unsettled") await account.rotate("two");
  if (situation !== "under way") return;
  account.begin("two");
  await account.step("createSecret", "two");
}

/** In minutes: when on-call has been told that it is not finished, and gives the command once more; and after that one. */
const [patience, most] = [75, 215];

/** In minutes: what was begun comes to its end, e.g. what Lambda tries again. */
const rest = 15;

/** @returns the calls that were made */
async function toItsEnd(
  subject: KeyEmergency,
  oracle: EmergencyOracle,
  before: number,
): Promise<number> {
  let done = 0;
  for (let minutes = 0; minutes < most && done < rest; minutes += 1) {
    const isDone = subject.isDone && !oracle.isToldUnfinished;
    if (minutes === patience && !isDone) subject.ask(true);
    await subject.pass();
    oracle.look();
    done = isDone ? done + 1 : 0;
  }
  return subject.account.gate.calls - before;
}
