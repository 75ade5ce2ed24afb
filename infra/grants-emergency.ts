import { drillTag } from "../lib/emergency/drill-record.ts";
import { emergencyTag } from "../lib/emergency/note.ts";
import type { Condition } from "../lib/manifest/grant.ts";
import { functionsOf } from "../lib/manifest/place.ts";
import { type Deployment, functionArn, placesOf } from "./deployment.ts";
import { onSecrets, rotatorArns, type Statement } from "./grants.ts";
import { namedSecrets } from "./secret-names.ts";

/** Those tags and no other; a request without tags would fit any list of keys. */
const onlyItsTags: Condition = {
  "ForAllValues:StringEquals": { "aws:TagKeys": [emergencyTag, drillTag] },
  Null: { "aws:TagKeys": "false" },
};

/** AWSPENDING of a rotation that must not be waited for, and AWSCURRENT back to a version that works. */
const onlyLabelsOfAws: Condition = {
  StringEquals: { "secretsmanager:VersionStage": ["AWSCURRENT", "AWSPENDING"] },
};

/**
 * To start rotations at once and to switch schedules off again. Secrets Manager lets only those start a rotation who may
 * invoke its function (API_RotateSecret).
 */
export const startRotations = (deployment: Deployment): Statement[] => [
  ...rotateNow(deployment),
  ...onSecrets(deployment, ["CancelRotateSecret"]),
  ...onSecrets(deployment, ["TagResource"], onlyItsTags),
  ...onSecrets(deployment, ["UpdateSecretVersionStage"], onlyLabelsOfAws),
  {
    actions: ["lambda:InvokeFunction"],
    resources: [
      ...placesOf(deployment).map((place) => functionArn(deployment, functionsOf[place].rotate)),
      ...["settle", "emergency"].map((name) => functionArn(deployment, name)),
    ],
  },
];

/** To have versions tried by those who may read them, and to empty the dead letters of settlement. */
export const proveAndTidy = (deployment: Deployment): Statement[] => [
  {
    actions: ["lambda:InvokeFunction"],
    resources: placesOf(deployment).map((place) =>
      functionArn(deployment, functionsOf[place].retire),
    ),
  },
  {
    actions: ["sqs:GetQueueAttributes", "sqs:PurgeQueue"],
    resources: ["${SettlementDeadLetters.Arn}"],
  },
];

/** By the functions of this stack alone. */
function rotateNow(deployment: Deployment): Statement[] {
  const { arns, isExact } = namedSecrets(Object.keys(deployment.manifest.secrets));
  if (arns.length === 0) return [];
  const condition = {
    StringEquals: {
      "secretsmanager:RotationLambdaARN": rotatorArns(deployment, placesOf(deployment)),
    },
  };
  const why = "There are too many to name; the condition leaves the functions of this stack.";
  const named = { actions: ["secretsmanager:RotateSecret"], resources: arns, condition };
  return [{ ...named, ...(!isExact && { why }) }];
}
