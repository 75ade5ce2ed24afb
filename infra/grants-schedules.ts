import type { Condition } from "../lib/manifest/grant.ts";
import { scheduleTag } from "../lib/secret/schedule-tag.ts";
import { arn } from "./cloudformation.ts";
import type { Deployment } from "./deployment.ts";
import { describeSecrets, listSecrets, rotatedBy, rotatorArns, type Statement } from "./grants.ts";
import { namedSecrets } from "./secret-names.ts";

/** That one tag and no other; a request without tags would fit any list of keys. */
const onlyItsTag: Condition = {
  "ForAllValues:StringEquals": { "aws:TagKeys": [scheduleTag] },
  Null: { "aws:TagKeys": "false" },
};

/** To set the schedules of every secret without rotating it, and to end those of this stack, whatever secret has one. */
export function setSchedules(deployment: Deployment): Statement[] {
  const { arns, isExact } = namedSecrets(Object.keys(deployment.manifest.secrets));
  const rotators = rotatorArns(deployment);
  const named = isExact ? {} : { why: "There are too many to name; see the condition." };
  const set: Statement[] =
    arns.length === 0
      ? []
      : [
          {
            actions: ["secretsmanager:RotateSecret"],
            resources: arns,
            condition: {
              StringEquals: { "secretsmanager:RotationLambdaARN": rotators },
              Bool: { "secretsmanager:RotateImmediately": "false" },
            },
            ...named,
          },
          ...describeSecrets(deployment),
        ];
  return [
    listSecrets,
    ...set,
    {
      actions: ["secretsmanager:CancelRotateSecret", "secretsmanager:DescribeSecret"],
      resources: [arn("secretsmanager", "secret:*")],
      condition: rotatedBy(rotators),
      why: "A secret that left the manifest is not known any more; the condition leaves those that this stack rotates.",
    },
    {
      actions: ["secretsmanager:TagResource", "secretsmanager:UntagResource"],
      resources: [arn("secretsmanager", "secret:*")],
      condition: { ...rotatedBy(rotators), ...onlyItsTag },
      why: "As for CancelRotateSecret; of tags only the one that says who ended the schedule.",
    },
  ];
}
