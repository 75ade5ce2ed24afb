import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
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

const program = join(import.meta.dirname, "pass", "simulation.ts");

/** Passes of settlement over accounts in memory, with a virtual clock. @throws when one does not settle */
export async function measurePasses(): Promise<readonly PassFigures[]> {
  const figures: PassFigures[] = [];
  for (const { secrets, unsettled, services, deadServers } of loads) {
    const load = [secrets, unsettled, services, deadServers].map(String);
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...load]);
    figures.push(JSON.parse(stdout));
  }
  return figures;
}
