import type { Resources } from "./cloudformation.ts";
import { type Deployment, deployedName, functionId } from "./deployment.ts";
import { outsideEvents } from "./events.ts";
import { ruleId } from "./settlement.ts";

/** Rule → watch, for failures that the rotation function could not report itself. */
export function outsidePath(deployment: Deployment): Resources {
  const target = { "Fn::GetAtt": [functionId("watch"), "Arn"] };
  return Object.fromEntries(
    Object.entries(outsideEvents).flatMap(([name, when]) => {
      const id = ruleId(name);
      const rule = {
        Type: "AWS::Events::Rule",
        Properties: {
          Name: deployedName(deployment, name),
          ...when,
          Targets: [{ Id: "watch", Arn: target }],
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
