import { defineConfig } from "vitest/config";
import { compileCache } from "./standin/compile-cache.ts";
import { everything } from "./test/everything.ts";
import { LongestFirst } from "./test/longest-first.ts";

/**
 * Tests that start no process and change nothing that others see: their files share a process, which loads what they
 * import once.
 */
const sharing = [
  "test/longest-first.test.ts",
  "test/build/{layers,manifest-module,schema}.test.ts",
  "test/cli/emergency-*.test.ts",
  "test/infra/{drills,iam,limits,mistakes,permissions,rds,runbook,template}.test.ts",
  "test/lab/examples/{manifest,table}.test.ts",
  "test/lab/walk/{pager,periods,turn}.test.ts",
  "test/lib/*.test.ts",
  "test/lib/{alerts,manifest,mirror,retirement,rotation,schedules,secret,watch}/**/*.test.ts",
  "test/lib/consumers/ecs/!(contract).test.ts",
  "test/lib/emergency/{*decide,announce,asked-again,request,secret-status,selection,work}.test.ts",
  "test/lib/reporting/!(alerts|lines).test.ts",
  "test/lib/rotators/{generated,login}/**/*.test.ts",
  "test/lib/rotators/*/type.test.ts",
  "test/lib/rotators/elasticache-auth-token/{model,token-changes}.test.ts",
  "test/lib/rotators/http/!(transport).test.ts",
  "test/lib/rotators/http/presets/*.test.ts",
  "test/lib/rotators/iam/{complete,intent,probe,smtp}.test.ts",
  "test/lib/rotators/key/*.test.ts",
  "test/lib/rotators/mongodb/{bson,url}.test.ts",
  "test/lib/rotators/mysql/dialect.test.ts",
  "test/lib/rotators/redis/resp.test.ts",
  "test/lib/rotators/supplied/!(settled).test.ts",
  "test/lib/rotators/postgres/{answers,minors,scram}.test.ts",
  "test/lib/settlement/!(mirror|settle|stuck).test.ts",
  "test/lib/validation/!(ask).test.ts",
  "test/standin/!(package|aws-cli|ecs-cli|ecs-tasks.contract|sqs.contract).test.ts",
];

// Node strips the types of tests itself, and keeps its compiled code on disk.
Object.assign(process.env, compileCache);

const each = {
  experimental: { viteModuleRunner: false, nodeLoader: false },
  setupFiles: ["test/setup.ts"],
  // Waits of the stand-in pass ten times faster than on AWS.
  env: { STANDIN_PACE: "10" },
  // A test that goes through a whole list takes as long as the list, on a busy machine three times that.
  testTimeout: everything ? 300_000 : 30_000,
  hookTimeout: everything ? 180_000 : 60_000,
  tags: [{ name: "ci", description: "Too long for every run: .ci/run has it, and EVERYTHING=1." }],
  ...(!everything && { tagsFilter: ["!ci"] }),
};

export default defineConfig({
  test: {
    globalSetup: ["test/postgres-server.ts"],
    reporters: ["default", "./test/skipped-tests.ts", "./test/slowest-files.ts"],
    // Two cores: tests wait for servers, and for processes to end; the whole of them compute more.
    maxWorkers: everything ? 4 : 6,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...each, name: "alone", include: ["test/**/*.test.ts"], exclude: sharing } },
      { test: { ...each, name: "sharing", include: sharing, isolate: false } },
    ],
  },
});
