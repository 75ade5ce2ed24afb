import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeTrailsCommand, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { type Clients, connect } from "./clients.ts";
import { tryFacts } from "./facts-process.ts";
import { readJournal } from "./journal.ts";
import type { FactResult } from "./result.ts";
import { type AccountSettings, PREFIX } from "./settings.ts";
import { type Swept, sweep } from "./sweep.ts";

export interface AccountOptions {
  readonly region: string;
  readonly subnets: readonly string[];
  readonly database: string | undefined;
  readonly cacheUser: string | undefined;
  readonly replicationGroup: string | undefined;
  readonly only: string | undefined;
  readonly retryMinutes: number;
}

const journals = join(tmpdir(), PREFIX);

/** What a run will do, and on which account. */
export async function plan(options: AccountOptions): Promise<{
  clients: Clients;
  settings: AccountSettings;
  statement: string;
}> {
  const clients = connect({ region: options.region });
  const { Account = "" } = await clients.sts.send(new GetCallerIdentityCommand({}));
  const run = randomBytes(4).toString("hex");
  const settings = {
    run,
    region: options.region,
    journal: join(journals, `${Account}-${options.region}-${run}`),
    subnets: options.subnets,
    database: options.database,
    cacheUser: options.cacheUser,
    replicationGroup: options.replicationGroup,
    hasTrail: await hasTrail(clients),
    retryPatienceMs: options.retryMinutes * 60_000,
  };
  return { clients, settings, statement: statement(Account, settings) };
}

/** Billing: https://aws.amazon.com/secrets-manager/pricing/ (a secret by the hour, requests by the thousand). */
function statement(account: string, settings: AccountSettings): string {
  const { run, region, subnets, database, cacheUser, replicationGroup, hasTrail } = settings;
  const task =
    subnets.length > 0 ? ", four Fargate tasks of the smallest size for some minutes" : "";
  return [
    `Account ${account}, Region ${region}.`,
    `Makes resources whose names begin with ${PREFIX}-${run}, and removes them at the end: about 150 secrets, Lambda functions with their roles, queues, rules, topics, parameters, ECS clusters with services of no task${task}, and a CloudFormation stack.`,
    ...(database
      ? [`Changes the master password of the RDS instance ${database} to one that nobody knows.`]
      : []),
    ...(cacheUser
      ? [`Changes the passwords of the ElastiCache user ${cacheUser} to some that nobody knows.`]
      : []),
    ...(replicationGroup
      ? [
          `Changes the AUTH token of the ElastiCache replication group ${replicationGroup} to one that nobody knows, in more than ten changes of some minutes each.`,
        ]
      : []),
    `Nothing else is changed. ${hasTrail ? "A trail records management events, so events of rotations are looked for." : "No trail records management events in this Region, so events of rotations are not looked for."}`,
    "Costs less than 0.50 USD. Takes 20 to 60 minutes, most of it waiting for ListSecrets, which may lag five minutes, and for retries.",
  ].join("\n");
}

/** Whether a trail that records is there; what it records is not asked. */
async function hasTrail({ cloudtrail }: Clients): Promise<boolean> {
  const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({}));
  for (const { TrailARN } of trailList) {
    const { IsLogging } = await cloudtrail.send(new GetTrailStatusCommand({ Name: TrailARN }));
    if (IsLogging) return true;
  }
  return false;
}

/** Tries the facts and removes what they made, whatever happens. */
export async function runOnAccount(
  { clients, settings }: { clients: Clients; settings: AccountSettings },
  only: string | undefined,
  signal: AbortSignal,
  onResult: (results: readonly FactResult[]) => void,
): Promise<{ results: readonly FactResult[]; swept: Swept }> {
  mkdirSync(journals, { recursive: true });
  const results = await tryFacts({ settings, only, signal, onResult });
  const prefix = `${PREFIX}-${settings.run}`;
  const swept = await sweep(clients, prefix, readJournal(settings.journal));
  if (swept.failed.length === 0) rmSync(settings.journal, { force: true });
  return { results, swept };
}

/** Removes what earlier runs on this account left in this Region, also those that were killed. */
export async function sweepAll(region: string): Promise<Swept> {
  const clients = connect({ region });
  const { Account = "" } = await clients.sts.send(new GetCallerIdentityCommand({}));
  mkdirSync(journals, { recursive: true });
  const own = readdirSync(journals).filter((name) => name.startsWith(`${Account}-${region}-`));
  const files = own.map((name) => join(journals, name));
  const swept = await sweep(clients, `${PREFIX}-`, files.flatMap(readJournal));
  if (swept.failed.length === 0) for (const file of files) rmSync(file);
  return swept;
}
