import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BulkFigures } from "./pass/bulk.ts";
import type { FindingsFigures } from "./pass/look.ts";
import type { PassFigures, PassLoad } from "./pass/simulation.ts";

/**
 * All settled; many promoted together; the same secrets with and without dead servers beside them; few secrets of few
 * services. Each in a process of its own, so that its memory is its own.
 */
const loads: readonly PassLoad[] = [
  { secrets: 10_000, unsettled: 0, services: 1000, deadServers: 0 },
  { secrets: 500, unsettled: 500, services: 1000, deadServers: 0 },
  { secrets: 500, unsettled: 500, services: 0, deadServers: 0 },
  { secrets: 1000, unsettled: 1000, services: 0, deadServers: 100 },
  { secrets: 50, unsettled: 50, services: 10, deadServers: 0 },
];

/** In MB: `memorySize` of the functions (serverless.yml). */
const functionMemory = 512;

/**
 * The heap that Node 24 takes in a function of that size: half of its memory, and 3 MB for young objects. On a large
 * machine V8 collects so late that resident memory tells how much there is, not how much is needed.
 */
const heapOfFunction = `--max-heap-size=${functionMemory / 2 + 3}`;

/** Runs a program of the folder `pass` with the memory of a function; what it printed, parsed. */
async function measure<T>(name: string, load: readonly number[]): Promise<T> {
  const program = join(import.meta.dirname, "pass", name);
  const args = [heapOfFunction, program, ...load.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

/** Passes of settlement over accounts in memory, with a virtual clock. @throws when one does not settle */
export async function measurePasses(): Promise<readonly PassFigures[]> {
  const figures: PassFigures[] = [];
  for (const { secrets, unsettled, services, deadServers } of loads)
    figures.push(await measure("simulation.ts", [secrets, unsettled, services, deadServers]));
  return figures;
}

/** The hourly looks of a day at 10,000 secrets with which nothing is wrong, likewise. @throws when it tells anything */
export function measureFindings(): Promise<FindingsFigures> {
  return measure("look.ts", [10_000]);
}

/** An emergency of 500 secrets that 100 services read, likewise. @throws when it does not come to its end */
export function measureBulk(): Promise<BulkFigures> {
  return measure("bulk.ts", [500, 100]);
}
