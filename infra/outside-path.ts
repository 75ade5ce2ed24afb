import type { Resources } from "./cloudformation.ts";
import { type Deployment, deployedName, functionId } from "./deployment.ts";
import { outsideEvents, type When, watchSchedules } from "./events.ts";
import { ruleId } from "./settlement.ts";

/** Rules → watch: failures that the rotation function could not report itself, the hourly look, and the tick. */
export function outsidePath(deployment: Deployment): Resources {
  const target = { "Fn::GetAtt": [functionId("watch"), "Arn"] };
  return Object.fromEntries(
    Object.entries<When & { readonly input?: object }>({
      ...outsideEvents,
      ...watchSchedules,
    }).flatMap(([name, { input, ...when }]) => {
      const id = ruleId(name);
      const rule = {
        Type: "AWS::Events::Rule",
        Properties: {
          Name: deployedName(deployment, name),
          ...when,
          Targets: [{ Id: "watch", Arn: target, ...(input && { Input: JSON.stringify(input) }) }],
        },
      };
      const permission = {
        Type: "AWS::Lambda::Permission",
        Properties: {
          FunctionName: target,
          Action: "lambda:InvokeFunction",
          Principal: "events.amazonaws.com",
          SourceArn: { "Fn::GetAtt": [id, "Arn"] },
        },
      };
      return [
        [id, rule],
        [`${id}Permission`, permission],
      ];
    }),
  );
}
