import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The crash matrix takes longer than all the rest: begun last, it would leave the other worker idle. */
class CrashMatrixFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isMatrix = ({ moduleId }: TestSpecification) => moduleId.endsWith("/crash.test.ts");
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(isMatrix(b)) - Number(isMatrix(a)));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    globalSetup: ["test/postgres-server.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real servers share two cores with the tests.
    maxWorkers: 2,
    sequence: { sequencer: CrashMatrixFirst },
  },
});
