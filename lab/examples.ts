import { oneOf, program } from "../cli/command-line.ts";
import { example as aiguardian } from "../examples/aiguardian/example.ts";
import { example as clipIt } from "../examples/clip-it/example.ts";
import { example as elasticache } from "../examples/elasticache/example.ts";
import { example as fastapi } from "../examples/fastapi/example.ts";
import { example as muejam } from "../examples/muejam/example.ts";
import { example as ohMyCoins } from "../examples/oh-my-coins/example.ts";
import { example as rds } from "../examples/rds/example.ts";
import type { Example } from "./examples/example.ts";
import { type Row, rowsOf } from "./examples/rows.ts";
import { runExample } from "./examples/run.ts";
import { tableOf } from "./examples/table.ts";
import type { Server } from "./server.ts";
import { serverTypes } from "./servers.ts";

const examples = [clipIt, muejam, ohMyCoins, aiguardian, fastapi, rds, elasticache];
const names = examples.map(({ name }) => name);

const usage = `Rotates the secrets of the systems in examples/ from end to end on this machine, without AWS.

  npm run examples -- [options]

  --only NAME   one of ${names.join(", ")}
  --json        print { rows, problems } and nothing else (npm run --silent examples -- --json)
  --help        print this

Failed logins and calls are counted per credential, and services rolled per replacement. Exit code 1 if a row failed.`;

const options = {
  only: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

await program(usage, options, async ({ only, json }) => {
  const chosen = only === undefined ? undefined : oneOf("--only", only, names);
  const rows: Row[] = [];
  const problems: Record<string, readonly string[]> = {};
  await using server = await serverTypes.postgres.start();
  for (const example of examples.filter(({ name }) => !chosen || name === chosen)) {
    const result = await attempted(example, server);
    rows.push(...result.rows);
    if (result.problems.length > 0) problems[example.title] = result.problems;
  }
  if (json) console.log(JSON.stringify({ rows, problems }, null, 2));
  else for (const line of tableOf(rows)) console.log(line);
  if (rows.every(({ status }) => status !== "failed")) return;
  process.exitCode = 1;
  for (const [title, found] of Object.entries(problems))
    for (const problem of found) console.error(`${title}: ${problem}`);
});

/** A system that cannot run, because a program is missing for example, is a failure like others. */
async function attempted(example: Example, server: Server) {
  try {
    const shown = await runExample(example, server);
    return { rows: rowsOf(example, shown), problems: shown.problems };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { rows: rowsOf(example, undefined), problems: [problem] };
  }
}
