import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openAccount } from "../../standin/account.ts";
import { Activity } from "../../standin/activity.ts";
import { Clock } from "../../standin/clock.ts";
import { LambdaHost } from "../../standin/lambda/functions.ts";

it("the README lists every operation", async () => {
  const common = {
    region: "eu-central-1",
    accountId: "123456789012",
    clock: new Clock(),
    activity: new Activity(),
  };
  await using account = openAccount({
    ...common,
    functions: new LambdaHost({ ...common, env: () => ({}) }),
    rotation: { attempts: 1, retryDelayMs: 0, stepGapMs: 0, testVersion: "current" },
    lambda: {},
    accessKeys: { activationMs: 0, revocationMs: 0, flickerMs: 0 },
    rds: { beginMs: 0, changeMs: 0, endMs: 0 },
    aclUsers: { changeMs: 0, endMs: 0 },
    calls: [],
    revisions: new Map(),
    endpoint: () => "",
  });
  const rows = Object.entries(account.services).map(
    ([service, operations]) =>
      `| \`${service}\` | ${Object.keys(operations).toSorted().join(", ")} |`,
  );
  const readme = readFileSync(new URL("../../standin/README.md", import.meta.url), "utf8");
  expect(readme).toContain(rows.join("\n"));
});
