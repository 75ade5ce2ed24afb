import { relative } from "node:path";
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";
import { everything } from "./everything.ts";

/** Prints at the end of a run what was skipped, and why: what is missing, and how to get it; what CI alone runs. */
export default class SkippedTests implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const root = this.#vitest?.config.root ?? "";
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests("skipped")].map((test) => ({ module, test })),
    );
    const lines = skipped.flatMap(({ module, test }) => {
      const note = noteOf(test);
      return note ? [`  ${relative(root, module.moduleId)}: ${note}`] : [];
    });
    const left = skipped.filter(({ test }) => !everything && test.tags.includes("ci")).length;
    if (left > 0) lines.push(`  ${left} long tests; EVERYTHING=1 runs them, as .ci/run does`);
    if (lines.length === 0) return;
    this.#vitest?.logger.log(["", " Skipped", ...new Set(lines), ""].join("\n"));
  }
}

/** A test that only a name on the command line leaves out has none. */
function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === "skipped" ? result.note : undefined;
}
