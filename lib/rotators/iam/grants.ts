import type { Grants } from "../../manifest/grant.ts";
import { intentPrefix } from "./intent.ts";
import type { IamSpec } from "./spec.ts";

/** Tags of intents, and those whose keys are ids of access keys; a request without tags would fit any list of keys. */
const onlyOwnTags = {
  "ForAllValues:StringLike": { "aws:TagKeys": [`${intentPrefix}*`, "AKIA*"] },
  Null: { "aws:TagKeys": "false" },
};

const seen = ["iam:GetAccessKeyLastUsed", "iam:ListAccessKeys", "iam:ListUserTags"];

/** The rights that rotating and retiring the keys of this one user takes. */
export function grants({ user }: IamSpec): Grants {
  // IAM is in no Region.
  const resources = [`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:user/${user}`];
  const tags = (...actions: string[]) => ({ actions, resources, condition: onlyOwnTags });
  return {
    rotate: [
      { actions: [...seen, "iam:CreateAccessKey", "iam:DeleteAccessKey"], resources },
      tags("iam:TagUser", "iam:UntagUser"),
    ],
    retire: [
      {
        actions: [...seen, "iam:DeleteAccessKey", "iam:UpdateAccessKey", "iam:PutUserPolicy"],
        resources,
      },
      tags("iam:UntagUser"),
    ],
  };
}
