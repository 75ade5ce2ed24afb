import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

interface Role {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly trust: string;
  readonly policies: Map<string, string>;
}

const operation = operationsOf(
  (violation) => new AwsError("ValidationError", constraint(violation)),
);
const name = z.string().regex(/^[\w+=,.@-]{1,64}$/);
const policy = z.string().refine(isJson, "it must be a JSON document");
const policyOf = z.object({ RoleName: name, PolicyName: name });

/**
 * Roles and their inline policies (https://docs.aws.amazon.com/IAM/latest/APIReference/), kept and never enforced:
 * nothing here is denied.
 */
export function iam({ accountId }: { accountId: string }): Operations {
  const roles = new Map<string, Role>();
  const find = (RoleName: string) => {
    const role = roles.get(RoleName);
    if (role) return role;
    throw noSuchEntity(`The role with name ${RoleName} cannot be found.`);
  };
  return {
    CreateRole: createRole(roles, accountId),
    GetRole: operation(z.object({ RoleName: name }), (input) => ({
      Role: shown(find(input.RoleName)),
    })),
    ListRoles: operation(z.object({ PathPrefix: z.string().optional() }), () => ({
      Roles: [...roles.values()].map(shown),
      IsTruncated: false,
    })),
    DeleteRole: operation(z.object({ RoleName: name }), (input) => {
      if (find(input.RoleName).policies.size > 0) {
        const message = "Cannot delete entity, must delete policies first.";
        throw new AwsError("DeleteConflict", message, 409);
      }
      roles.delete(input.RoleName);
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

function createRole(roles: Map<string, Role>, accountId: string) {
  const shape = z.object({
    RoleName: name,
    AssumeRolePolicyDocument: policy,
    Description: z.string().max(1000).optional(),
  });
  return operation(shape, ({ RoleName, AssumeRolePolicyDocument }) => {
    if (roles.has(RoleName)) {
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
    roles.set(RoleName, role);
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

function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntity", message, 404);
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}
