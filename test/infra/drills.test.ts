import { expect, it } from "vitest";
import { drillRules, drills } from "../../infra/drills.ts";
import type { Manifest, SecretEntry } from "../../lib/manifest/manifest.ts";

const canary = (drill?: string) => ({ drill }) as SecretEntry;
const deployment = (secrets: Manifest["secrets"]) => ({
  service: "quarterturn",
  stage: "production",
  manifest: { stage: "production", secrets, exempt: [] },
});

it("invokes emergency for all canaries of one schedule, and may do so", () => {
  const secrets = {
    "canary/a": canary("rate(30 days)"),
    app: canary(),
    "canary/b": canary("rate(30 days)"),
    "canary/c": canary("cron(0 2 1 * ? *)"),
  };
  const made = drills(deployment(secrets));
  expect(Object.keys(made)).toEqual([
    "Drill1Rule",
    "Drill1Permission",
    "Drill2Rule",
    "Drill2Permission",
  ]);
  expect(made["Drill1Rule"]?.Properties).toEqual({
    Name: "quarterturn-production-drill-1",
    ScheduleExpression: "rate(30 days)",
    Targets: [
      {
        Id: "emergency",
        Arn: { "Fn::GetAtt": ["EmergencyLambdaFunction", "Arn"] },
        Input: JSON.stringify({
          action: "drill",
          secrets: ["canary/a", "canary/b"],
          reason: "scheduled drill",
          caller: "schedule",
        }),
      },
    ],
  });
  expect(made["Drill2Permission"]?.Properties).toMatchObject({
    Action: "lambda:InvokeFunction",
    Principal: "events.amazonaws.com",
    SourceArn: { "Fn::GetAtt": ["Drill2Rule", "Arn"] },
  });
});

it("is not there without canaries", () => {
  expect(drillRules(deployment({ app: canary() }))).toEqual([]);
});
