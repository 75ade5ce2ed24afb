import { InvalidManifest } from "../lib/manifest/errors.ts";
import { type Resources, ref, sub, type Value } from "./cloudformation.ts";
import type { Statement } from "./grants.ts";
import { filledLength } from "./sizes.ts";

/** In characters without white space (IAM quotas): all inline policies of a role, one managed policy. */
const [inlineLimit, managedLimit] = [10_240, 6144];

/** Managed policies that a role may have (IAM quotas; on request 20). */
const maximumPolicies = 10;

/**
 * What a Lambda function runs as; a manifest of many secrets makes more than one policy.
 * @throws InvalidManifest when they are too many for IAM
 */
export function role(id: string, statements: readonly Statement[]): Resources {
  const isInline = size(statements) <= inlineLimit;
  const policies = (isInline ? [] : pack(statements)).map(
    (part, index) => [`${id}Policy${index + 1}`, part] as const,
  );
  if (policies.length > maximumPolicies)
    throw new InvalidManifest([
      {
        path: ["secrets"],
        message: `${id} needs ${policies.length} policies, and IAM allows ${maximumPolicies} a role. What it must name one by one are administrators' secrets, KMS keys and mirrored parameters: let more secrets share an administrator, a key or a mirror's prefix, or divide the secrets between copies of this service (service in serverless.yml)`,
      },
    ]);
  return {
    ...Object.fromEntries(
      policies.map(([policyId, part]) => [
        policyId,
        { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: documentOf(part) } },
      ]),
    ),
    [id]: {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "lambda.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        },
        ...(isInline
          ? { Policies: [{ PolicyName: "function", PolicyDocument: documentOf(statements) }] }
          : { ManagedPolicyArns: policies.map(([policyId]) => ref(policyId)) }),
      },
    },
  };
}

const documentOf = (statements: readonly Statement[]): Value => ({
  Version: "2012-10-17",
  Statement: statements.map(rendered),
});

function rendered({ effect, actions, resources, condition }: Statement): Value {
  return {
    Effect: effect ?? "Allow",
    Action: [...actions],
    Resource: resources.map(text),
    ...(condition && {
      Condition: Object.fromEntries(
        Object.entries(condition).map(([operator, keys]) => [
          operator,
          Object.fromEntries(
            Object.entries(keys).map(([key, value]) => [
              key,
              typeof value === "string" ? text(value) : value.map(text),
            ]),
          ),
        ]),
      ),
    }),
  };
}

const text = (value: string): Value => (value.includes("${") ? sub(value) : value);

/** As IAM counts it. */
const size = (statements: readonly Statement[]) => filledLength(documentOf(statements));

/** The same statements in parts that a managed policy can hold; one of many resources may be in several. */
function pack(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const parts: Statement[][] = [];
  /** In the last part, in characters; each statement and resource may be followed by a comma. */
  let room = 0;
  for (const statement of statements) {
    const frame = filledLength(rendered({ ...statement, resources: [] })) + 1;
    let open: string[] | undefined;
    for (const resource of statement.resources) {
      const length = filledLength(text(resource)) + 1;
      if (!open || length > room) {
        if (frame + length > room) {
          parts.push([]);
          room = managedLimit - size([]);
        }
        open = [];
        parts.at(-1)?.push({ ...statement, resources: open });
        room -= frame;
      }
      open.push(resource);
      room -= length;
    }
  }
  return parts;
}
