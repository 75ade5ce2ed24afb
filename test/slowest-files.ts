import { relative } from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";

const COUNT = 10;

/** Prints the files that took longest, at the end of a run of several. */
export default class SlowestFiles implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length <= 1) return;
    const root = this.#vitest?.config.root ?? "";
    const slowest = modules
      .map((module) => ({ file: relative(root, module.moduleId), seconds: secondsOf(module) }))
      .toSorted((a, b) => b.seconds - a.seconds)
      .slice(0, COUNT);
    const lines = slowest.map(
      ({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`,
    );
    this.#vitest?.logger.log(["", " Slowest files", ...lines, ""].join("\n"));
  }
}

/** Loading, hooks and tests. */
function secondsOf(module: TestModule): number {
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  return (collectDuration + setupDuration + duration) / 1000;
}
