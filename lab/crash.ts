import { parseArgs } from "node:util";
import { type CrashRow, crashMatrix } from "./crash/matrix.ts";
import { startPostgres } from "./postgres/server.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });

await using postgres = await startPostgres();
const print = ({ subject, mode, points, lockouts, orphans, failures, details }: CrashRow) => {
  if (values.json) return;
  console.log(
    `${subject} | ${mode}: ${points} points, ${lockouts} lock-outs, ${orphans} orphans, ${failures} failures`,
  );
  for (const detail of details) console.log(`  ${detail}`);
};
const rows = await crashMatrix(postgres, { progress: print });
if (values.json) console.log(JSON.stringify({ rows }, null, 2));
if (rows.some(({ lockouts, orphans, failures }) => lockouts + orphans + failures > 0))
  process.exitCode = 1;
