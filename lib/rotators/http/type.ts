import type { Claim } from "../../manifest/type.ts";
import type { CheckedType } from "../../validation/checks.ts";
import { completeHttp } from "./complete.ts";
import { completeSuppliedHttp } from "./complete-supplied.ts";
import { type HttpEntry, hasOnePart, keysOf } from "./keys.ts";
import type { Preset } from "./schema.ts";
import type { HttpSpec } from "./spec.ts";

/** The keys of the provider that a preset describes. */
export const httpType = (preset: Preset) =>
  ({
    description: preset.description,
    example: exampleOf(preset),
    place: "internet",
    ownKeys: keysOf(preset),
    sharedKeys: {},
    complete: (entry: HttpEntry) =>
      preset.kind === "supplied"
        ? completeSuppliedHttp(preset, entry)
        : completeHttp(preset, entry),
    writes: ({ fields }: HttpSpec): readonly Claim[] =>
      Object.entries(fields).map(([part, field]) => ({
        role: part in preset.fields && hasOnePart(preset) ? ["field"] : ["fields", part],
        field,
      })),
    reads: ({ admin }: HttpSpec) => (admin ? [admin] : []),
    checks: async () => (await import("./checks.ts")).checks,
  }) satisfies CheckedType;

function exampleOf(preset: Preset): Readonly<Record<string, string>> {
  const required = Object.entries(preset.params).flatMap(([name, param]) => {
    const value = "enum" in param ? param.enum[0] : param.example;
    return param.required && typeof value === "string" ? [[name, value] as const] : [];
  });
  return {
    type: preset.preset,
    ...Object.fromEntries(required),
    ...(preset.auth.admin &&
      preset.kind !== "supplied" && { admin: `production/api-keys/${preset.preset}-admin` }),
  };
}
