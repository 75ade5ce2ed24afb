import type { Claim } from "../../manifest/type.ts";
import type { CheckedType } from "../../validation/checks.ts";
import { completeIam } from "./complete.ts";
import { grants } from "./grants.ts";
import { ownKeys } from "./keys.ts";
import type { IamSpec } from "./spec.ts";

export const type = {
  description: "An access key of an IAM user.",
  example: { type: "iam", user: "uploads" },
  place: "internet",
  ownKeys,
  sharedKeys: {},
  complete: completeIam,
  writes: (spec: IamSpec) => [...claims(spec)],
  sameAs: ({ user }: IamSpec, other: IamSpec, name: string) =>
    user === other.user
      ? `is of the same user as ${name}: a user has two keys at most, and a rotation needs both; give each credential a user of its own`
      : undefined,
  reads: () => [],
  grants,
  checks: async () => (await import("./checks.ts")).checks,
} satisfies CheckedType;

function* claims({ fields, otherFields = [], smtp }: IamSpec): Generator<Claim> {
  const sets = [fields, ...otherFields];
  for (const set of sets)
    for (const part of ["id", "secret"] as const)
      yield { role: ["fields", part], field: set[part] ?? part, isPossible: sets.length > 1 };
  for (const [index, { passwordPart, usernamePart }] of smtp.entries()) {
    yield { role: ["ses", index, "password"], field: fields[passwordPart] ?? "" };
    if (usernamePart !== undefined)
      yield { role: ["ses", index, "username"], field: fields[usernamePart] ?? "" };
  }
}
