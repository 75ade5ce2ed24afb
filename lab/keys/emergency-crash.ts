import { leakedVersion } from "../../lib/secret/labels.ts";
import type { CrashRow } from "../crash/matrix.ts";
import { crashRow, type Verdict } from "./crash-row.ts";
import { type Case, emergencyCases } from "./emergency-cases.ts";
import { KeyEmergency } from "./key-emergency.ts";
import { LeakOracle } from "./leak-oracle.ts";
import { RollbackOracle } from "./rollback-oracle.ts";

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
  const counted = new Map<string, Ended>();
  for (const each of cases) {
    const key = `${each.subject}; ${each.recovery}`;
    const undisturbed = counted.get(key) ?? (await emergency(each));
    counted.set(key, undisturbed);
    const { calls, verdict } = undisturbed;
    if (verdict.problems.length > 0) {
      const subject = { ...each, mode: `undisturbed; ${each.recovery}` };
      const chosen = { calls: 1, stride: 1, first: 0 };
      rows.push(await crashRow(subject, chosen, async () => verdict));
      continue;
    }
    const own = each.options.endsOldAfter === undefined ? stride : stride * graceStride;
    // Each begins at another call, so that together they disturb all kinds of calls.
    const first = emergencyCases.indexOf(each) % calls;
    rows.push(
      await crashRow(each, { calls, stride: own, first }, (point) => disturbed(each, point)),
    );
  }
  return rows;
}

type Oracle = LeakOracle | RollbackOracle;

const disturbed = async (each: Case, point: number): Promise<Verdict> =>
  (await emergency(each, point)).verdict;

/** What an emergency came to, and after how many calls. */
interface Ended {
  readonly calls: number;
  readonly verdict: Verdict;
}

async function emergency(each: Case, point?: number): Promise<Ended> {
  const { options, action } = each;
  const revokeFirst = action === "leaked, revoked first";
  const subject: KeyEmergency = new KeyEmergency(
    options,
    { action: action === "rollback" ? action : "leaked", revokeFirst },
    { alert: (alert, by) => oracle.alert(alert, by) },
  );
  const oracle: Oracle =
    action === "rollback"
      ? new RollbackOracle(subject)
      : new LeakOracle(subject, { options, revokeFirst });
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
  return { calls, verdict: await oracle.verdict() };
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
  oracle: Oracle,
): Promise<void> {
  await account.rotate(situation === "after a leak" ? leakedVersion("one", false) : "one");
  await account.settle();
  const hasRoom =
    options.maxKeys === undefined && options.endsOldAfter === undefined && !options.rolls;
  if (hasRoom) oracle.foreign = account.service.add("somebody's");
  await account.clock.run(3_600_000);
  if (situation === "settled") return;
  if (situation === "under way") {
    account.begin("two");
    await account.step("createSecret", "two");
    return;
  }
  await account.rotate("two");
  if (situation !== "settling") return;
  await account.retire();
  account.clock.pass(5 * 60_000);
  await account.retire();
}

/** In minutes: when on-call has been told that it is not finished, and gives the command once more; and after that one. */
const [patience, most] = [75, 215];

/** In minutes: what was begun comes to its end, e.g. what Lambda tries again. */
const rest = 15;

/** @returns the calls that were made */
async function toItsEnd(subject: KeyEmergency, oracle: Oracle, before: number): Promise<number> {
  let done = 0;
  for (let minutes = 0; minutes < most && done < rest; minutes += 1) {
    const isDone = subject.isDone && !oracle.isToldUnfinished && subject.account.isSettled;
    if (minutes === patience && !isDone) subject.ask(true);
    await subject.pass();
    oracle.look();
    done = isDone ? done + 1 : 0;
  }
  return subject.account.gate.calls - before;
}
