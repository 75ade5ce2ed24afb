import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
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

const program = (name: string) => join(import.meta.dirname, "pass", name);

/** Passes of settlement over accounts in memory, with a virtual clock. @throws when one does not settle */
export async function measurePasses(): Promise<readonly PassFigures[]> {
  const figures: PassFigures[] = [];
  for (const { secrets, unsettled, services, deadServers } of loads) {
    const load = [secrets, unsettled, services, deadServers].map(String);
    const { stdout } = await promisify(execFile)(process.execPath, [
      program("simulation.ts"),
      ...load,
    ]);
    figures.push(JSON.parse(stdout));
  }
  return figures;
}

/**
 * In MiB. V8 gives a young generation of 64 to processes of a machine as large as this one; to those of a small Lambda
 * function it gives less.
 */
const youngGeneration = "--max-semi-space-size=4";

/** The hourly looks of a day at 10,000 secrets with which nothing is wrong, likewise. @throws when it tells anything */
export async function measureFindings(): Promise<FindingsFigures> {
  const load = [youngGeneration, program("look.ts"), "10000"];
  const { stdout } = await promisify(execFile)(process.execPath, load);
  return JSON.parse(stdout);
}
