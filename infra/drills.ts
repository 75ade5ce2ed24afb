import { logicalId, type Resources } from "./cloudformation.ts";
import { type Deployment, deployedName, functionId } from "./deployment.ts";
import { ruleId } from "./settlement.ts";

/** Rules → emergency: each canary is replaced as if it had leaked, as often as the manifest says. */
export function drills(deployment: Deployment): Resources {
  const target = { "Fn::GetAtt": [functionId("emergency"), "Arn"] };
  return Object.fromEntries(
    drillRules(deployment).flatMap(({ name, expression, secrets }) => {
      const input = { action: "drill", secrets, reason: "scheduled drill", caller: "schedule" };
      const rule = {
        Type: "AWS::Events::Rule",
        Properties: {
          Name: deployedName(deployment, name),
          ScheduleExpression: expression,
          Targets: [{ Id: "emergency", Arn: target, Input: JSON.stringify(input) }],
        },
      };
      const permission = {
        Type: "AWS::Lambda::Permission",
        Properties: {
          FunctionName: target,
          Action: "lambda:InvokeFunction",
          Principal: "events.amazonaws.com",
          SourceArn: { "Fn::GetAtt": [ruleId(name), "Arn"] },
        },
      };
      return [
        [ruleId(name), rule],
        [`${logicalId(name)}Permission`, permission],
      ];
    }),
  );
}

/** One for all canaries that have the same expression. */
export function drillRules({ manifest }: Pick<Deployment, "manifest">) {
  const canaries = Object.entries(manifest.secrets).flatMap(([secret, { drill }]) =>
    drill === undefined ? [] : [{ secret, drill }],
  );
  return [...Map.groupBy(canaries, ({ drill }) => drill)].map(([expression, each], index) => ({
    name: `drill-${index + 1}`,
    expression,
    secrets: each.map(({ secret }) => secret),
  }));
}
