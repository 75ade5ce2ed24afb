import { defineConfig } from "vitest/config";

/** How the command runs the facts: without the servers of the other tests, and many at a time, because AWS is slow. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/facts/**/*.test.ts"],
    env: { STANDIN_PACE: "10" },
    maxWorkers: 4,
    reporters: ["./lab/conformance/reporter.ts"],
    hookTimeout: 60_000,
  },
});
