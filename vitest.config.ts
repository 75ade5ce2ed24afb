import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest, the longest first: begun last, one of them would leave the other worker idle. */
const slow = [
  "lab/crash",
  "cli/validate",
  "lib/settlement/mirror",
  "lab/demo",
  "test/examples",
  "lib/settlement/settle",
  "lib/settlement/stuck",
  "infra/package",
  "functions/watch",
  "leak/mixed",
  "leak/alternating-users",
  "standin/aws-cli",
].map((name) => `/${name}.test.ts`);

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = slow.findIndex((name) => moduleId.endsWith(name));
      return found < 0 ? slow.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    globalSetup: ["test/postgres-server.ts"],
    // Waits of the stand-in pass ten times faster than on AWS.
    env: { STANDIN_PACE: "10" },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real servers share two cores with the tests.
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
  },
});
