import type { CrashRow } from "../crash/matrix.ts";
import { type FaultKind, faults } from "../walk/gate.ts";
import { crashRow, type Verdict } from "./crash-row.ts";
import type { Behaviour } from "./fake-provider.ts";
import { KeyAccount } from "./key-account.ts";

/** What the person does after the disturbance. */
export const supplyRecoveries = [
  "the same key handed over again",
  "AWSPENDING removed, another key handed over",
] as const;
type Recovery = (typeof supplyRecoveries)[number];

const behaviour: Behaviour = { activation: 4_000, revocation: 60_000, deadFor: 120_000 };

/** A supply and its settlement: every call × every fault × every recovery. @param stride takes one call of so many */
export async function supplyCrashRows({ stride = 1 } = {}): Promise<readonly CrashRow[]> {
  const rows: CrashRow[] = [];
  const calls = await undisturbed();
  for (const recovery of supplyRecoveries)
    for (const fault of faults)
      rows.push(
        await crashRow(
          { subject: "key: supplied", mode: `${fault}; ${recovery}` },
          { calls, stride, first: rows.length },
          (point) => disturbed(recovery, fault, point),
        ),
      );
  return rows;
}

/** The second key that is handed over, beside a foreign one. */
async function prepared() {
  const account = new KeyAccount({ supplied: true, ...behaviour });
  await account.supply(account.service.add("the first"));
  await account.settle();
  const foreign = account.service.add("somebody's");
  account.clock.pass(3_600_000);
  const [key, other] = [account.service.add("the second"), account.service.add("the third")];
  account.clock.pass(60_000);
  return { account, foreign, key, other };
}

async function undisturbed(): Promise<number> {
  const { account, key } = await prepared();
  const before = account.gate.calls;
  await account.supply(key);
  await account.settle();
  return account.gate.calls - before;
}

async function disturbed(recovery: Recovery, fault: FaultKind, point: number): Promise<Verdict> {
  const { account, foreign, key, other } = await prepared();
  const problems: string[] = [];
  account.gate.arm({ calls: point, fault });
  const before = await account.supply(key);
  const lockedOut = !account.service.works(account.value()["api_key"] ?? "");
  const isGivenUp = recovery.startsWith("AWSPENDING") && account.value()["api_key"] !== key.secret;
  if (isGivenUp) account.label("AWSPENDING");
  const ran = before.kind === "done" ? before : await account.supply(isGivenUp ? other : key);
  if (ran.kind !== "done") problems.push(`it ended as ${ran.kind}: ${whyOf(ran)}`);
  await account.settle();
  const held = account.value();
  if (held["api_key"] !== (isGivenUp ? other : key).secret) problems.push("another key is current");
  if (held["note"] !== "untouched") problems.push("a field that is not ours changed");
  if (!account.service.works(held["api_key"] ?? "")) problems.push("AWSCURRENT is refused");
  // What nobody handed over, or was given up, is the person's.
  const theirs = [foreign, isGivenUp ? key : other];
  if (theirs.some(({ secret }) => !account.service.works(secret)))
    problems.push("a foreign key was touched");
  const kept = [held["api_key_id"], ...theirs.map(({ id }) => id)];
  const orphans = account.service.existing.filter(({ id }) => !kept.includes(id));
  if (orphans.length > 0) problems.push(`left behind: ${orphans.map(({ id }) => id).join(", ")}`);
  return { problems, lockedOut, orphans: orphans.length };
}

const whyOf = (ran: object) => ("error" in ran ? String(ran.error) : "");
