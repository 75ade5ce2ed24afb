import type { Condition } from "../lib/manifest/grant.ts";
import { functionsOf } from "../lib/manifest/place.ts";
import { deathTag } from "../lib/secret/death.ts";
import {
  olderRetiringLabel,
  originLabel,
  preparedLabel,
  retiringLabel,
} from "../lib/secret/labels.ts";
import { refusalTag } from "../lib/secret/refusal.ts";
import { leftTag, sightingTag } from "../lib/secret/sighting.ts";
import { arn } from "./cloudformation.ts";
import { type Deployment, functionArn, only, placesOf } from "./deployment.ts";
import { onSecrets, type Statement } from "./grants.ts";

/** The tags of settlement and no other. A request without tags would fit any list of keys. */
const onlyTags: Condition = {
  "ForAllValues:StringEquals": { "aws:TagKeys": [sightingTag, leftTag, refusalTag, deathTag] },
  Null: { "aws:TagKeys": "false" },
};

/** Quarterturn's own, never AWSCURRENT, AWSPENDING or AWSPREVIOUS. */
const onlyOwnLabels: Condition = {
  StringLike: {
    "secretsmanager:VersionStage": [
      retiringLabel,
      olderRetiringLabel("*"),
      originLabel("*"),
      preparedLabel,
    ],
  },
};

/** To move Quarterturn's own labels, and to write its tag. */
export const markSecrets = (deployment: Deployment): Statement[] => [
  ...onSecrets(deployment, ["TagResource"], onlyTags),
  ...onSecrets(deployment, ["UpdateSecretVersionStage"], onlyOwnLabels),
];

/**
 * To have an `in-place` rotation tried again that stopped inside its switch, with the function and the schedule that the
 * secret has. Secrets Manager lets only those start a rotation who may invoke its function (API_RotateSecret).
 */
export function retrySwitches(deployment: Deployment): Statement[] {
  const switched = only(deployment, ({ credentials }) =>
    credentials.some(({ traits }) => traits.switches),
  );
  return placesOf(switched).flatMap((place) => {
    const rotator = functionArn(deployment, functionsOf[place].rotate);
    return [
      {
        actions: ["secretsmanager:RotateSecret"],
        resources: [arn("secretsmanager", "secret:*")],
        condition: {
          StringEquals: { "secretsmanager:resource/AllowRotationLambdaArn": rotator },
          Null: { "secretsmanager:RotationLambdaARN": "true" },
          BoolIfExists: { "secretsmanager:ModifyRotationRules": "false" },
        },
        why: "The condition names the secrets: those that this function rotates already. A list of them would grow.",
      },
      { actions: ["lambda:InvokeFunction"], resources: [rotator] },
    ];
  });
}
