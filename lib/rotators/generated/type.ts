import type { Claim } from "../../manifest/type.ts";
import type { CheckedType } from "../../validation/checks.ts";
import { checks } from "./checks.ts";
import { completeGenerated } from "./complete.ts";
import { ownKeys } from "./keys.ts";
import type { GeneratedSpec } from "./value.ts";

export const type = {
  description: "A random value that no server has to accept, e.g. a signing key.",
  example: { type: "generated", format: "hex" },
  place: "internet",
  ownKeys,
  sharedKeys: {},
  complete: completeGenerated,
  writes: (spec: GeneratedSpec) => [...claims(spec)],
  reads: () => [],
  checks: async () => checks,
} satisfies CheckedType;

function* claims({ field, previous }: GeneratedSpec): Generator<Claim> {
  yield { role: ["field"], field };
  if (!previous) return;
  yield { role: ["previous"], field: previous.field };
  if (previous.expiresAt !== undefined)
    yield { role: ["previousExpiresAt"], field: previous.expiresAt };
}
