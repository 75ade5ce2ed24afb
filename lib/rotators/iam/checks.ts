import { keyChecks } from "../key/checks.ts";
import { iamClients } from "./clients.ts";
import { problemsOf } from "./problems.ts";
import { IamUser } from "./provider.ts";
import type { IamSpec } from "./spec.ts";

export const checks = keyChecks({
  provider: (spec: IamSpec) => new IamUser(spec, iamClients()),
  problems: problemsOf,
  allow: ({ user }: IamSpec) =>
    `iam:ListAccessKeys, iam:GetAccessKeyLastUsed and iam:ListUserTags on the user ${user}`,
});
