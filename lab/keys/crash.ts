import type { CrashRow } from "../crash/matrix.ts";
import { type FaultKind, faults } from "../walk/gate.ts";
import { crashRow, type Verdict } from "./crash-row.ts";
import { KeyAccount } from "./key-account.ts";
import type { KeyAccountOptions } from "./key-manifest.ts";

/** How a rotation goes on after the disturbance. */
const recoveries = ["retried with the same token", "AWSPENDING removed, fresh rotation"] as const;
type Recovery = (typeof recoveries)[number];

/** What providers do differently. */
export const keyKinds: Readonly<Record<string, KeyAccountOptions>> = {
  "key shown once": {},
  "key readable again": { showsAgain: true },
  "two keys at most": { maxKeys: 2 },
  rolled: { rolls: true },
  "rolled with grace": { endsOldAfter: 3_600_000 },
  "beside a login and a generated value": { mixed: true },
  "disabled before it is deleted, slow and flickering": {
    disables: true,
    tellsUse: true,
    activation: 4_000,
    revocation: 60_000,
    deadFor: 120_000,
  },
};

/** The old key ends with the call that replaces it. */
const isRolled = ({ rolls }: KeyAccountOptions) => rolls === true;

/**
 * Every call × every fault × every recovery of every kind of provider, in this process and on a clock of its own.
 * @param stride takes one call of so many
 */
export async function keyCrashRows({ stride = 1 } = {}): Promise<readonly CrashRow[]> {
  const rows: CrashRow[] = [];
  for (const [subject, options] of Object.entries(keyKinds)) {
    const calls = await undisturbed(options);
    for (const recovery of recoveries)
      for (const fault of faults)
        rows.push(
          await crashRow(
            { subject: `key: ${subject}`, mode: `${fault}; ${recovery}` },
            { calls, stride, first: rows.length },
            (point) => disturbed(options, recovery, fault, point),
          ),
        );
  }
  return rows;
}

/** The second rotation: the first one finds a key that a person created. @returns how many calls it makes */
async function undisturbed(options: KeyAccountOptions): Promise<number> {
  const { account } = await prepared(options);
  const before = account.gate.calls;
  await account.rotate("two");
  await account.settle();
  return account.gate.calls - before;
}

async function prepared(options: KeyAccountOptions) {
  const account = new KeyAccount(options);
  await account.rotate("one");
  await account.settle();
  const foreign =
    options.maxKeys === undefined && options.endsOldAfter === undefined && !isRolled(options)
      ? account.service.add("somebody's")
      : undefined;
  account.clock.pass(3_600_000);
  return { account, foreign };
}

async function disturbed(
  options: KeyAccountOptions,
  recovery: Recovery,
  fault: FaultKind,
  point: number,
): Promise<Verdict> {
  const { account, foreign } = await prepared(options);
  const problems: string[] = [];
  account.gate.arm({ calls: point, fault });
  const isRetried = recovery === "retried with the same token";
  let ran = await account.rotate("two", isRetried ? 3 : 1);
  // Between the call and its promotion only the next attempt can help.
  const lockedOut = !worksNow(account) && !(isRolled(options) && ran.kind !== "done");
  if (!isRetried && !account.versions.get("two")?.includes("AWSCURRENT")) {
    account.label("AWSPENDING");
    ran = await account.rotate("three");
  }
  const isPromoted = ["two", "three"].some((id) =>
    account.versions.get(id)?.includes("AWSCURRENT"),
  );
  if (!isPromoted) problems.push(`the rotation ended as ${ran.kind}: ${whyOf(ran)}`);
  await account.settle();
  if (account.value()["note"] !== "untouched") problems.push("a field that is not ours changed");
  if (foreign?.deletedAt !== undefined || foreign?.disabledAt !== undefined)
    problems.push("a foreign key was touched");
  const held = account.value()["api_key_id"];
  const orphans = account.service.existing.filter(({ id }) => id !== held && id !== foreign?.id);
  if (orphans.length > 0) problems.push(`left behind: ${orphans.map(({ id }) => id).join(", ")}`);
  if (!worksNow(account)) problems.push("AWSCURRENT is refused");
  const users = account.neighbours?.left(account.value()) ?? [];
  if (users.length > 0) problems.push(`can still log in: ${users.join(", ")}`);
  return { problems, lockedOut, orphans: orphans.length + users.length };
}

function worksNow(account: KeyAccount): boolean {
  const document = account.value();
  const isKeyAccepted = account.service.works(document["api_key"] ?? "");
  return isKeyAccepted && (account.neighbours?.works(document) ?? true);
}

const whyOf = (ran: object) => ("error" in ran ? String(ran.error) : "");
