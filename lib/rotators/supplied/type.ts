import type { CheckedType } from "../../validation/checks.ts";
import { checks } from "./checks.ts";
import { completeSupplied } from "./complete.ts";
import { ownKeys } from "./keys.ts";
import type { SuppliedSpec } from "./value.ts";

export const type = {
  description: "A key that a person makes and hands over with `npm run supply`.",
  example: { type: "supplied", field: "api_key" },
  place: "internet",
  ownKeys,
  sharedKeys: {},
  complete: completeSupplied,
  writes: ({ fields }: SuppliedSpec) =>
    Object.entries(fields).map(([part, field]) => ({
      role: part === "secret" && Object.keys(fields).length === 1 ? ["field"] : ["fields", part],
      field,
    })),
  reads: () => [],
  checks: async () => checks,
} satisfies CheckedType;
