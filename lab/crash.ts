import { program } from "../cli/command-line.ts";
import { type CrashRow, crashMatrix } from "./crash/matrix.ts";

const usage = `Disturbs every call of a rotation, a retirement and a settlement to AWS and to the database.

  npm run crash -- [options]

  --kill    run the built functions as processes, and kill these (default: in this process, with their connections cut)
  --json    print { rows } and nothing else (npm run --silent crash -- --json)
  --help    print this

Exit codes: 0 all converged, 1 a case did not, 2 invalid options.`;

const options = {
  kill: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

await program(usage, options, async ({ kill, json }) => {
  const rows = await crashMatrix({ kill, ...(!json && { progress: print }) });
  if (json) console.log(JSON.stringify({ rows }, null, 2));
  if (rows.some(({ lockouts, orphans, failures }) => lockouts + orphans + failures > 0))
    process.exitCode = 1;
});

function print({ subject, mode, points, lockouts, orphans, failures, details }: CrashRow): void {
  console.log(
    `${subject} | ${mode}: ${points} points, ${lockouts} lock-outs, ${orphans} orphans, ${failures} failures`,
  );
  for (const detail of details) console.log(`  ${detail}`);
}
