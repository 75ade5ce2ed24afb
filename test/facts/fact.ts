import { afterAll, beforeAll, describe, it } from "vitest";
import { type Side, TestAccount } from "../../lab/conformance/account.ts";
import { accountSettings } from "../../lab/conformance/settings.ts";

declare module "vitest" {
  interface TaskMeta {
    /** Where it is said: a page of AWS's documentation, a service model, or who saw it. */
    source?: string;
    /** What the account answered where the documentation leaves it open. */
    observed?: string;
  }
}

/** What one side must have that not every account has. */
type Need = "cacheUser" | "database" | "replicationGroup" | "subnets" | "trail";

interface Claim {
  readonly source: string;
  /** The only side that can show it, and why. */
  readonly only?: readonly [Side, because: string];
  readonly needs?: Need;
  /** How long it takes on an account at most. Default: 2. */
  readonly minutes?: number;
}

/** Tries a fact. A text that it returns is an observation, for the table. Throws where the fact does not hold. */
type Try = (account: TestAccount) => Promise<unknown>;

type DefineFact = (says: string, claim: Claim, run: Try) => void;

const missing: Readonly<Record<Need, string>> = {
  cacheUser: "a change of passwords needs a user: give --elasticache-user",
  database: "a change of a master password needs an instance: give --database",
  replicationGroup: "a change of an AUTH token needs a group: give --replication-group",
  subnets: "a task needs a network: give --subnets",
  trail: "the account has no trail that records management events in this Region",
};

/** What facts change that is not theirs alone. */
const changed: readonly (Need | undefined)[] = ["cacheUser", "database", "replicationGroup"];

let opened: Promise<TestAccount> | undefined;
afterAll(async () => (await opened)?.[Symbol.asyncDispose]());

/** One account for all topics of a file. */
function openOnce(): Promise<TestAccount> {
  opened ??= TestAccount.open();
  return opened;
}

/** Facts about AWS. The tests try them on the stand-in, `npm run conformance -- --aws` on an account. */
export function topic(name: string, define: (fact: DefineFact) => void): void {
  // On an account, most of the time is waiting.
  describe(name, { concurrent: accountSettings() !== undefined }, () => {
    let account: TestAccount;
    beforeAll(async () => {
      account = await openOnce();
    }, 60_000);
    define((says, claim, run) => {
      // Facts that change the same thing take turns.
      const concurrent = !changed.includes(claim.needs);
      const timeout = (claim.minutes ?? 2) * 60_000;
      it(says, { timeout, ...(!concurrent && { concurrent }) }, async ({ task, skip }) => {
        task.meta.source = claim.source;
        const unable = reasonAgainst(account, claim);
        if (unable !== undefined) skip(unable);
        const observed = await run(account);
        if (typeof observed === "string") task.meta.observed = observed;
      });
    });
  });
}

function reasonAgainst(account: TestAccount, { only, needs }: Claim): string | undefined {
  if (only && only[0] !== account.side) return `only on ${sides[only[0]]}: ${only[1]}`;
  const { settings } = account;
  if (!settings || !needs) return undefined;
  const isThere = {
    cacheUser: settings.cacheUser !== undefined,
    replicationGroup: settings.replicationGroup !== undefined,
    database: settings.database !== undefined,
    subnets: settings.subnets.length > 0,
    trail: settings.hasTrail,
  };
  return isThere[needs] ? undefined : missing[needs];
}

const sides: Readonly<Record<Side, string>> = {
  account: "an account",
  standin: "the stand-in",
};

/** Pages of AWS's documentation. */
export const secretsApi = (page: string) =>
  `https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_${page}.html`;
export const secretsGuide = (page: string) =>
  `https://docs.aws.amazon.com/secretsmanager/latest/userguide/${page}.html`;

/** Recorded on AWS, in public. */
export const localstack = (test: string) =>
  `https://github.com/localstack/localstack/blob/main/tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json (${test})`;
export const moto = (test: string) =>
  `https://github.com/getmoto/moto/tree/master/tests/test_secretsmanager (${test})`;
