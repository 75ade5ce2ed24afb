import type { Notice } from "../login/notice.ts";
import type { Run } from "./dialect.ts";
import type { Found } from "./pair-checks.ts";
import type { Account } from "./pair-state.ts";
import { quoteText } from "./quoting.ts";

/** @param rotation what a rotation does about it, as a sentence */
export function passwordExpires(accounts: readonly Account[], rotation: string): readonly Notice[] {
  return accounts.flatMap(({ name, definition: { expires } }) =>
    expires === undefined
      ? []
      : {
          code: "PASSWORD_EXPIRES" as const,
          what: `The password of ${name} expires (${expires}). ${rotation}`,
          remedy: `If it passes before the next rotation, run: ALTER USER ${name} PASSWORD EXPIRE NEVER;`,
        },
  );
}

/** What somebody changed at the clone while it was in use. */
export function conditionsDiffer({ pair, state }: Found): readonly Notice[] {
  return state.clone.flatMap(({ name, host, definition }) => {
    const owner = state.owner.find((each) => each.host === host);
    if (!owner || definition.isLocked || owner.definition.conditions === definition.conditions)
      return [];
    return {
      code: "SETTING_NOT_COPIED" as const,
      what: `${name} has other limits or another REQUIRE than ${owner.name}, which is next in turn and keeps its own.`,
      remedy: `If those of ${pair.clone} are right, run: ALTER USER ${owner.name} ${definition.conditions};`,
    };
  });
}

/** Views of either user: they go on while it is locked out, but ALTER VIEW is for their definer. */
export async function definers({ pair, state }: Found, run: Run): Promise<readonly Notice[]> {
  const users = [pair.owner, pair.clone];
  const names = users.flatMap((user) =>
    state.owner.map(({ host }) => quoteText(`${user}@${host}`)),
  );
  const [[count] = []] = await run(
    `SELECT count(*) FROM information_schema.VIEWS WHERE DEFINER IN (${names.join(", ")})`,
  );
  if (!Number(count)) return [];
  return [
    {
      code: "DEFINER_STAYS",
      what: `${count} views have the definer ${users.join(" or ")}. They work whichever of the two is in use, but only their definer may run ALTER VIEW on them.`,
      remedy:
        "Where the application changes views, let it use CREATE OR REPLACE VIEW, which both users may.",
    },
  ];
}
