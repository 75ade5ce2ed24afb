import { program, UsageError } from "../cli/command-line.ts";
import { emergencySeries } from "./crash/emergency-series.ts";
import { type CrashRow, crashMatrix, type MatrixOptions } from "./crash/matrix.ts";
import {
  aclUserSeries,
  authTokenSeries,
  killsInTurn,
  loginSeries,
  masterSeries,
  onceEach,
  settlementSeries,
} from "./crash/series.ts";
import { keyCrashRows } from "./keys/crash.ts";
import { emergencyCrashRows } from "./keys/emergency-crash.ts";
import { supplyCrashRows } from "./keys/supply-crash.ts";
import { missingServer, serverTypes } from "./servers.ts";

const usage = `Disturbs every call of rotations, retirements and settlements, and some of emergencies, and counts what that breaks.

  npm run crash -- [options]

  --type NAME
            only servers of this type, and no emergencies and keys but with postgres; repeatable
  --kill    run the built functions as processes, and kill these (default: in this process, with their connections cut);
            keys and their emergencies: always in this process, on a provider in memory
  --in-turn only kills, before and after each call of logins and settlements, whose recoveries take turns
  --emergencies
            only emergencies of PostgreSQL, all of them and at every call, which takes long
  --json    print { rows } and nothing else (npm run --silent crash -- --json)
  --help    print this

Exit codes: 0 all converged, 1 a case did not, 2 invalid options.`;

const options = {
  type: { type: "string", multiple: true, default: [] as string[] },
  kill: { type: "boolean", default: false },
  "in-turn": { type: "boolean", default: false },
  emergencies: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

await program(
  usage,
  options,
  async ({ type: types, kill, "in-turn": inTurn, emergencies, json }) => {
    for (const name of types) requireKnown(name);
    const how = { kill, ...(inTurn && { chosen: killsInTurn }), ...(!json && { progress: print }) };
    const rows = emergencies
      ? await crashMatrix({ ...how, series: emergencySeries })
      : await everyKind(types, how);
    if (json) console.log(JSON.stringify({ rows }, null, 2));
    if (rows.some(({ lockouts, orphans, failures }) => lockouts + orphans + failures > 0))
      process.exitCode = 1;
  },
);

/** @param types of servers; none: all */
async function everyKind(types: readonly string[], how: MatrixOptions): Promise<CrashRow[]> {
  const isWanted = (type: string) => types.length === 0 || types.includes(type);
  const logins = [...loginSeries, ...masterSeries, ...aclUserSeries, ...authTokenSeries];
  const all = [...logins, ...settlementSeries].filter(({ type }) => isWanted(type));
  for (const lacking of new Set(all.flatMap(({ type }) => missingServer(type) ?? [])))
    console.error(`Not run: ${lacking}.`);
  const series = all.filter(({ type }) => missingServer(type) === undefined);
  const rows = await crashMatrix({ ...how, series });
  if (!isWanted("postgres")) return rows;
  // An emergency waits for others, so that one call takes seconds.
  const some = emergencySeries.filter((_, index) => index % 5 === 0);
  rows.push(...(await crashMatrix({ ...how, series: some, chosen: onceEach(8) })));
  const keys = [
    ...(await keyCrashRows()),
    ...(await supplyCrashRows()),
    // One call takes an emergency of its own: all of them would take an hour.
    ...(await emergencyCrashRows({ stride: 15 })),
  ];
  for (const row of keys) how.progress?.(row);
  return [...rows, ...keys];
}

function requireKnown(name: string): void {
  if (Object.hasOwn(serverTypes, name)) return;
  const known = Object.keys(serverTypes).join(", ");
  throw new UsageError(`No such type of server: ${JSON.stringify(name)}. There are ${known}.`);
}

function print({ subject, mode, points, lockouts, orphans, failures, details }: CrashRow): void {
  console.log(
    `${subject} | ${mode}: ${points} points, ${lockouts} lock-outs, ${orphans} orphans, ${failures} failures`,
  );
  for (const detail of details) console.log(`  ${detail}`);
}
