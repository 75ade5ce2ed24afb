import { defineConfig } from "vitest/config";

/** The tests that judge mutants of the pure modules: without a server, in milliseconds. */
export default defineConfig({
  test: {
    include: [
      "test/lib/settlement/{decide,hints}.test.ts",
      "test/lib/rotation/{decide,copies}.test.ts",
      "test/lib/consumers/ecs/{clusters,decide,references}.test.ts",
      "test/lib/rotators/login/{login,url,url-login}.test.ts",
      "test/lib/secret/labels.test.ts",
    ],
    setupFiles: ["test/setup.ts"],
  },
});
