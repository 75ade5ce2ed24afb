import { createHash } from "node:crypto";
import type { SecretEntry } from "../lib/manifest/manifest.ts";
import { functionsOf, type Place } from "../lib/manifest/place.ts";
import { logicalId, type Resource, type Resources, ref } from "./cloudformation.ts";
import { type Deployment, functionId, placesOf } from "./deployment.ts";

/** When Secrets Manager rotates which secret by which function, and that it may. */
export function schedules(deployment: Deployment): Resources {
  return {
    ...Object.fromEntries(
      placesOf(deployment).map((place) => [permissionId(place), permission(place)]),
    ),
    ...Object.fromEntries(
      Object.entries(deployment.manifest.secrets).map(([secret, entry]) => [
        scheduleId(secret),
        rotation(secret, entry),
      ]),
    ),
  };
}

/** Of the function that rotates the secrets of a place. */
const rotatorArn = (place: Place) => ({
  "Fn::GetAtt": [functionId(functionsOf[place].rotate), "Arn"],
});

const permissionId = (place: Place) => `${logicalId(functionsOf[place].rotate)}Permission`;

const permission = (place: Place): Resource => ({
  Type: "AWS::Lambda::Permission",
  Properties: {
    FunctionName: rotatorArn(place),
    Action: "lambda:InvokeFunction",
    Principal: "secretsmanager.amazonaws.com",
    SourceAccount: ref("AWS::AccountId"),
  },
});

/** A deployment rotates nothing: Secrets Manager runs testSecret, and the first rotation comes by the schedule. */
const rotation = (
  secret: string,
  { place, schedule: { expression, duration } }: SecretEntry,
): Resource => ({
  Type: "AWS::SecretsManager::RotationSchedule",
  DependsOn: [permissionId(place), "AlertTopicPolicy"],
  Properties: {
    SecretId: secret,
    RotationLambdaARN: rotatorArn(place),
    RotationRules: { ScheduleExpression: expression, ...(duration && { Duration: duration }) },
    RotateImmediatelyOnUpdate: false,
  },
});

/** Readable, and unique for every secret, whatever characters its name has. */
function scheduleId(secret: string): string {
  const name = secret.replace(/^arn:.*:secret:/, "");
  const hash = createHash("sha256").update(secret).digest("hex").slice(0, 8);
  return `Rotation${logicalId(name)
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 100)}${hash}`;
}
