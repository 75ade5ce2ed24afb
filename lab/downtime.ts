import { oneOf, program, wholeNumber } from "../cli/command-line.ts";
import { engines } from "./downtime/engines.ts";
import { type DowntimeRow, isWithinBudget, measureDowntime, stepGaps } from "./downtime/measure.ts";
import { measureKeyDowntime } from "./keys/downtime.ts";
import { serverType } from "./servers.ts";

const names = [...new Set(engines.map(({ name }) => name))];

const usage = `Counts the logins, and the calls with API keys, that fail while secrets rotate. Exit code 1 if a budget is exceeded.

  npm run downtime -- [options]

  --rotations N   rotations per row (default: 20)
  --engine NAME   one of ${names.join(", ")}; default: all, and keys
  --json          print { rows } and nothing else (npm run --silent downtime -- --json)
  --help          print this`;

const options = {
  rotations: { type: "string", default: "20" },
  engine: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

await program(usage, options, async ({ rotations, engine, json }) => {
  const chosen = engine === undefined ? undefined : oneOf("--engine", engine, names);
  const count = wholeNumber("--rotations", rotations, [1, 1000]);
  const rows: DowntimeRow[] = [];
  for (const measured of engines) {
    if (chosen !== undefined && measured.name !== chosen) continue;
    const { strategies, options } = measured;
    const { start, missing } = serverType(measured.type);
    const lacking = missing?.();
    if (lacking !== undefined) {
      console.error(`Not measured: ${lacking}.`);
      continue;
    }
    await using server = await start(options);
    for (const strategy of strategies)
      for (const stepGapMs of stepGaps) {
        const row = await measureDowntime(server, measured, { strategy, stepGapMs }, count);
        rows.push(row);
        if (!json) console.log(describe(row));
      }
  }
  if (chosen === undefined) {
    const keys = await measureKeyDowntime(count);
    rows.push(keys);
    if (!json) console.log(describe(keys));
  }
  if (json) console.log(JSON.stringify({ rows }, null, 2));
  if (!rows.every(isWithinBudget)) process.exitCode = 1;
});

function describe(row: DowntimeRow): string {
  const { engine, strategy, stepGapMs, rotations, attempted, failed, failedMax } = row;
  return (
    `${engine} ${strategy}, ${stepGapMs} ms between steps: ${rotations} rotations, ` +
    `${attempted} logins, ${failed} failed; the worst rotation ${failedMax} over ` +
    `${row.failedSpanMs} ms${isWithinBudget(row) ? "" : " (over budget)"}`
  );
}
