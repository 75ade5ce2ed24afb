import type { Grants } from "../../manifest/grant.ts";
import type { Ask } from "../../validation/ask.ts";
import type { CheckedSecret, CheckedType } from "../../validation/checks.ts";
import { sharedKeys } from "../acl-users/keys.ts";
import { aclStrategies } from "../acl-users/traits.ts";
import { loginType } from "../login/type.ts";
import { completeAuthToken } from "./complete.ts";
import { ownKeys } from "./keys.ts";
import type { AuthTokenSpec } from "./spec.ts";

const login = loginType(
  "The AUTH token of a replication group of ElastiCache.",
  async () => (await import("./rotator.ts")).rotator,
  aclStrategies,
);

/** By its ARN (Service Authorization Reference, resource types). */
const grant = ({ replicationGroup }: AuthTokenSpec) => ({
  actions: ["elasticache:DescribeReplicationGroups", "elasticache:ModifyReplicationGroup"],
  resources: [
    `arn:\${AWS::Partition}:elasticache:\${AWS::Region}:\${AWS::AccountId}:replicationgroup:${replicationGroup}`,
  ],
});

export const type = {
  ...login,
  example: { type: "elasticache-auth-token", replicationGroup: "main" },
  ownKeys,
  sharedKeys,
  complete: completeAuthToken,
  sameAs: (spec: AuthTokenSpec, other: AuthTokenSpec, credential: string) =>
    spec.replicationGroup === other.replicationGroup
      ? `is the AUTH token of the same replication group as ${credential}: make them one credential (it can have several urls)`
      : undefined,
  checks: async (other?: object) => {
    const { check, ...checks } = await login.checks(other);
    return {
      ...checks,
      /** Two secrets hold one token also where they name different endpoints of the group. */
      async check(spec: AuthTokenSpec, secret: CheckedSecret, ask: Ask) {
        const facts = await check(spec, secret, ask);
        return { ...facts, holds: [...facts.holds, { name: `AUTH token of ${spec.server}` }] };
      },
    };
  },
  grants: (spec: AuthTokenSpec): Grants => ({ rotate: [grant(spec)], retire: [grant(spec)] }),
} satisfies CheckedType;
