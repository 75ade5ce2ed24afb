import { relative } from "node:path";
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

/** Prints at the end of a run what was skipped, and why: what is missing, and how to get it. */
export default class SkippedTests implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const root = this.#vitest?.config.root ?? "";
    const lines = modules.flatMap((module) =>
      [...module.children.allTests("skipped")].flatMap((test) => {
        const note = noteOf(test);
        return note ? [`  ${relative(root, module.moduleId)}: ${note}`] : [];
      }),
    );
    if (lines.length === 0) return;
    this.#vitest?.logger.log(["", " Skipped", ...new Set(lines), ""].join("\n"));
  }
}

/** A test that only a name on the command line leaves out has none. */
function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === "skipped" ? result.note : undefined;
}
