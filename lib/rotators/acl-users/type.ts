import type { Grants } from "../../manifest/grant.ts";
import type { CheckedType } from "../../validation/checks.ts";
import type { LoginRotator } from "../login/checks.ts";
import { loginType } from "../login/type.ts";
import { completeAclUser } from "./complete.ts";
import { ownKeys, sharedKeys } from "./keys.ts";
import type { AclUserSpec } from "./spec.ts";
import { aclStrategies } from "./traits.ts";

/** What differs between the services. */
interface AclService {
  /** As the manifest and ARNs name it. */
  readonly name: string;
  readonly title: string;
  /** What the key `user` means. */
  readonly user: string;
  /** The actions of IAM that a change takes, and no others. */
  readonly actions: readonly string[];
  /** What stands before the user in its ARN (Service Authorization Reference, resource types). */
  readonly resource: string;
  readonly rotator: () => Promise<LoginRotator>;
}

/** The users of a service, for the manifest, deployments and validation. */
export function aclType({ name, title, user, actions, resource, rotator }: AclService) {
  const login = loginType(
    `A user of ${title} that logs in with a password.`,
    rotator,
    aclStrategies,
  );
  const grant = ({ user: id }: AclUserSpec) => ({
    actions,
    resources: [
      `arn:\${AWS::Partition}:${name}:\${AWS::Region}:\${AWS::AccountId}:${resource}${id}`,
    ],
  });
  return {
    ...login,
    example: { type: name, user: "app" },
    ownKeys: ownKeys(user),
    sharedKeys,
    complete: completeAclUser,
    sameAs: (spec: AclUserSpec, other: AclUserSpec, credential: string) =>
      spec.user === other.user
        ? `is the same user as ${credential}: make them one credential (it can have several urls)`
        : undefined,
    grants: (spec: AclUserSpec): Grants => ({ rotate: [grant(spec)], retire: [grant(spec)] }),
  } satisfies CheckedType;
}
