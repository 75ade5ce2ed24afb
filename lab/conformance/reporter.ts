import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { FactResult } from "./result.ts";

const OUTCOMES = { passed: "holds", failed: "does not hold", skipped: "not run" } as const;

/** Sends each result to the command, which started this process. Ends with it. */
export default class ResultSender implements Reporter {
  onInit(): void {
    process.on("disconnect", () => process.exit(1));
    // The channel alone shall not keep the process.
    process.channel?.unref();
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === "pending") return;
    const { source = "", observed = "" } = test.meta();
    const [error] = result.errors ?? [];
    const note = result.state === "skipped" ? (result.note ?? "") : (error?.message ?? observed);
    const topic = test.parent.type === "suite" ? test.parent.name : test.module.moduleId;
    send({ topic, says: test.name, source, outcome: OUTCOMES[result.state], note });
  }

  /** A file that could not be loaded, or that failed outside its facts. */
  onTestModuleEnd(module: TestModule): void {
    for (const { message } of module.errors()) {
      const says = "its facts can be tried";
      const topic = module.relativeModuleId;
      send({ topic, says, source: "", outcome: "does not hold", note: message });
    }
  }
}

function send(result: FactResult): void {
  process.send?.(result);
}
