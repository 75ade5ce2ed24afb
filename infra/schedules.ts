import { createHash } from "node:crypto";
import { logicalId, type Resource, type Resources, ref } from "./cloudformation.ts";
import { type Deployment, functionId } from "./deployment.ts";

const rotator = functionId("rotate-database");

/** When Secrets Manager rotates which secret, and that it may. */
export function schedules({ manifest }: Deployment): Resources {
  return {
    RotationPermission: {
      Type: "AWS::Lambda::Permission",
      Properties: {
        FunctionName: { "Fn::GetAtt": [rotator, "Arn"] },
        Action: "lambda:InvokeFunction",
        Principal: "secretsmanager.amazonaws.com",
        SourceAccount: ref("AWS::AccountId"),
      },
    },
    ...Object.fromEntries(
      Object.entries(manifest.secrets).map(([secret, { schedule }]) => [
        scheduleId(secret),
        rotation(secret, schedule),
      ]),
    ),
  };
}

/** A deployment rotates nothing: it has testSecret run, and the first rotation comes by the schedule. */
const rotation = (
  secret: string,
  { expression, duration }: { expression: string; duration?: string | undefined },
): Resource => ({
  Type: "AWS::SecretsManager::RotationSchedule",
  DependsOn: ["RotationPermission", "AlertTopicPolicy"],
  Properties: {
    SecretId: secret,
    RotationLambdaARN: { "Fn::GetAtt": [rotator, "Arn"] },
    RotationRules: { ScheduleExpression: expression, ...(duration && { Duration: duration }) },
    RotateImmediatelyOnUpdate: false,
  },
});

/** Readable, and another for every secret, whatever characters its name has. */
function scheduleId(secret: string): string {
  const name = secret.replace(/^arn:.*:secret:/, "");
  const hash = createHash("sha256").update(secret).digest("hex").slice(0, 8);
  return `Rotation${logicalId(name)
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 100)}${hash}`;
}
