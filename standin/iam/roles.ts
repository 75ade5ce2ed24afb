import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { name, noSuchEntity, operation, policy } from "./operation.ts";

interface Role {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly trust: string;
  readonly policies: Map<string, string>;
}

const policyOf = z.object({ RoleName: name, PolicyName: name });

/** Roles and their inline policies, kept and never enforced: nothing here is denied. */
export function roles({ accountId }: { accountId: string }): Operations {
  const known = new Map<string, Role>();
  const find = (RoleName: string) => {
    const role = known.get(RoleName);
    if (role) return role;
    throw noSuchEntity(`The role with name ${RoleName} cannot be found.`);
  };
  return {
    CreateRole: createRole(known, accountId),
    GetRole: operation(z.object({ RoleName: name }), (input) => ({
      Role: shown(find(input.RoleName)),
    })),
    ListRoles: operation(z.object({ PathPrefix: z.string().optional() }), () => ({
      Roles: [...known.values()].map(shown),
      IsTruncated: false,
    })),
    DeleteRole: operation(z.object({ RoleName: name }), (input) => {
      if (find(input.RoleName).policies.size > 0) {
        const message = "Cannot delete entity, must delete policies first.";
        throw new AwsError("DeleteConflict", message, 409);
      }
      known.delete(input.RoleName);
      return {};
    }),
    PutRolePolicy: operation(policyOf.extend({ PolicyDocument: policy }), (input) => {
      find(input.RoleName).policies.set(input.PolicyName, input.PolicyDocument);
      return {};
    }),
    DeleteRolePolicy: operation(policyOf, (input) => {
      if (find(input.RoleName).policies.delete(input.PolicyName)) return {};
      throw noSuchEntity(`The role policy with name ${input.PolicyName} cannot be found.`);
    }),
    ListRolePolicies: operation(z.object({ RoleName: name }), (input) => ({
      PolicyNames: [...find(input.RoleName).policies.keys()],
      IsTruncated: false,
    })),
  };
}

function createRole(known: Map<string, Role>, accountId: string) {
  const shape = z.object({
    RoleName: name,
    AssumeRolePolicyDocument: policy,
    Description: z.string().max(1000).optional(),
  });
  return operation(shape, ({ RoleName, AssumeRolePolicyDocument }) => {
    if (known.has(RoleName)) {
      const message = `Role with name ${RoleName} already exists.`;
      throw new AwsError("EntityAlreadyExists", message, 409);
    }
    const role: Role = {
      name: RoleName,
      id: `AROA${randomBytes(8).toString("hex").toUpperCase()}`,
      arn: `arn:aws:iam::${accountId}:role/${RoleName}`,
      createdAt: new Date(),
      trust: AssumeRolePolicyDocument,
      policies: new Map(),
    };
    known.set(RoleName, role);
    return { Role: shown(role) };
  });
}

/** Documents are URL-encoded, as the reference says (API_Role). */
function shown({ name: RoleName, id, arn, createdAt, trust }: Role): object {
  return {
    Path: "/",
    RoleName,
    RoleId: id,
    Arn: arn,
    CreateDate: createdAt.toISOString(),
    AssumeRolePolicyDocument: encodeURIComponent(trust),
  };
}
