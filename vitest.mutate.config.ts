import { defineConfig } from "vitest/config";

/** The tests that judge mutants of the pure modules: without a server, in milliseconds. */
export default defineConfig({
  test: {
    include: [
      "test/lib/alerts/reconcile.test.ts",
      "test/lib/emergency/decide.test.ts",
      "test/lib/settlement/{decide,hands,hints}.test.ts",
      "test/lib/rotation/{decide,copies}.test.ts",
      "test/lib/consumers/ecs/{clusters,decide,judge,references}.test.ts",
      "test/lib/rotators/mongodb/url.test.ts",
      "test/lib/rotators/login/{connection-text,login,url,url-login}.test.ts",
      "test/lib/secret/{arn,document,labels,leak,left,secret,sighting}.test.ts",
    ],
    setupFiles: ["test/setup.ts"],
    testTimeout: 30_000,
  },
});
