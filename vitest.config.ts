import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    globalSetup: ["test/postgres-server.ts"],
    reporters: ["default", "./test/slowest-files.ts"],
    // Waits of the stand-in pass ten times faster than on AWS.
    env: { STANDIN_PACE: "10" },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real servers share two cores with the tests.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
