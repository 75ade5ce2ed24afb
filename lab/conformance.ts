import { program, UsageError, wholeNumber } from "../cli/command-line.ts";
import { regionOf } from "../cli/region.ts";
import { tryFacts } from "./conformance/facts-process.ts";
import { plan, runOnAccount, sweepAll } from "./conformance/on-account.ts";
import { count, type FactResult, summary, table } from "./conformance/result.ts";
import { type Swept, total } from "./conformance/sweep.ts";

const usage = `Tries what Quarterturn assumes of AWS, fact by fact: on the stand-in, or on an account.

  npm run conformance -- [options]

  --only TEXT            topics alone whose name contains this text
  --aws                  on the account of your credentials: says what it makes, costs and takes, and stops there
  --yes                  with --aws: go on
  --region REGION        with --aws: the Region (default: AWS_REGION)
  --subnets IDS          with --aws: subnets with a way to a public registry, separated by commas, for the facts that need a task
  --database ID          with --aws: an RDS instance made for this, whose master password is changed to one that nobody knows
  --elasticache-user ID  with --aws: an ElastiCache user made for this, whose passwords are changed to some that nobody knows
  --replication-group ID with --aws: an ElastiCache replication group made for this, whose AUTH token is changed to one that nobody knows
  --retry-minutes N      with --aws: how long to look for another attempt of a failed rotation (default: 10)
  --sweep                with --aws: remove what runs that were killed left behind, and try nothing
  --json                 print { facts } and nothing else (npm run --silent conformance -- --json)
  --help                 print this

Ctrl-C stops it and removes what it made.
Exit codes: 0 all facts hold, 1 one does not or something could not be removed, 2 invalid options.`;

const options = {
  only: { type: "string", not: "sweep" },
  aws: { type: "boolean", default: false },
  yes: { type: "boolean", default: false, needs: "aws", not: "sweep" },
  region: { type: "string", needs: "aws" },
  subnets: { type: "string", default: "", needs: "aws", not: "sweep" },
  database: { type: "string", needs: "aws", not: "sweep" },
  "elasticache-user": { type: "string", needs: "aws", not: "sweep" },
  "replication-group": { type: "string", needs: "aws", not: "sweep" },
  "retry-minutes": { type: "string", default: "10", needs: "aws", not: "sweep" },
  sweep: { type: "boolean", default: false, needs: "aws" },
  json: { type: "boolean", default: false, not: "sweep" },
} as const;

await program(usage, options, async (values) => {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
  const { only, json } = values;
  if (values.sweep) return tellSwept(await sweepAll(regionFor(values)));
  if (!values.aws) {
    return tell(await tryFacts({ settings: undefined, only, signal: stop.signal }), json);
  }
  const planned = await plan({
    region: regionFor(values),
    subnets: values.subnets.split(",").filter(Boolean),
    database: values.database,
    cacheUser: values["elasticache-user"],
    replicationGroup: values["replication-group"],
    only,
    retryMinutes: wholeNumber("--retry-minutes", values["retry-minutes"], [0, 600]),
  });
  console.error(planned.statement);
  if (!values.yes) throw new UsageError("Nothing was made. Add --yes to go on.");
  const { results, swept } = await runOnAccount(planned, only, stop.signal, progress);
  tell(results, json);
  tellSwept(swept);
  if (stop.signal.aborted) process.exitCode = 1;
});

function regionFor({ region }: { readonly region?: string | undefined }): string {
  const found = region ?? process.env["AWS_REGION"];
  if (found) return regionOf(found);
  throw new UsageError("Name the Region: --region eu-central-1, or AWS_REGION.");
}

function progress(results: readonly FactResult[]): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${summary(results)}`);
}

function tell(results: readonly FactResult[], json: boolean): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  console.log(
    json ? JSON.stringify({ facts: results }, null, 2) : `${table(results)}\n\n${summary(results)}`,
  );
  const { holds, fails } = count(results);
  if (fails > 0 || holds === 0) process.exitCode = 1;
}

function tellSwept(swept: Swept): void {
  const kinds = [...swept.removed].map(([kind, number]) => `${kind}: ${number}`).join(", ");
  console.error(total(swept) > 0 ? `Removed: ${kinds}.` : "Nothing to remove.");
  for (const each of swept.failed) console.error(each);
  if (swept.failed.length === 0) return;
  console.error("Run it again with --aws --sweep.");
  process.exitCode = 1;
}
