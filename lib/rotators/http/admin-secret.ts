import { inStage, nameProblem, sameSecret } from "../../manifest/names.ts";
import { adminParts, type HttpEntry } from "./keys.ts";
import type { Preset } from "./schema.ts";
import type { HttpSpec } from "./spec.ts";

/** The administrator that the entry names. */
export function adminOf(preset: Preset, entry: HttpEntry): HttpSpec["admin"] {
  const { keys, stage, secret, complain, kmsKeyOf, oneHome } = entry;
  const { admin: input, adminField, adminFields } = keys;
  if (input === undefined) {
    const isNeeded = preset.auth.admin && preset.kind !== "supplied" && !preset.admin?.self;
    if (isNeeded)
      complain(
        [],
        `needs admin: the name of a secret with ${preset.admin?.needs ?? "a credential that may manage keys"}`,
      );
    return undefined;
  }
  const [path, named] =
    typeof input === "string" ? [["admin"], input] : [["admin", "secret"], input.secret];
  const name = inStage(named, stage);
  const problem = nameProblem(name);
  if (problem) complain(path, `${JSON.stringify(named)} ${problem}`);
  if (sameSecret(name, secret))
    complain(path, "is this secret itself: the key that rotates cannot be its own administrator");
  oneHome(path, name);
  const own = typeof input === "string" ? undefined : input.kmsKey;
  if (own) oneHome(["admin", "kmsKey"], own);
  const key = own ?? kmsKeyOf(name);
  const [part] = adminField === undefined ? [] : adminParts(preset);
  return {
    secret: name,
    ...(key !== undefined && key !== "aws/secretsmanager" && { kmsKey: key }),
    fields: {
      ...adminFields,
      ...(part !== undefined && adminField !== undefined && { [part]: adminField }),
    },
  };
}
