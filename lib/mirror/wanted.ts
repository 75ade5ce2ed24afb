import type { MirrorSpec } from "../manifest/manifest.ts";
import { claims, nameProblem, parameterFor } from "../manifest/parameter-names.ts";
import type { SecretDocument } from "../secret/document.ts";
import type { Secret } from "../secret/secret.ts";
import { FieldNotMirrored } from "./errors.ts";

/** What a parameter should hold. */
export interface Wanted {
  readonly field: string;
  readonly parameter: string;
  readonly value: Secret<string>;
}

/** In characters: what each tier takes (SSM API reference, PutParameter). */
const sizes = { Standard: 4096, Advanced: 8192, "Intelligent-Tiering": 8192 };

/**
 * The parameters of a document: those that the manifest names, and below a prefix one for each field that
 * holds a filled-in string or a number. Checked before anything is written.
 * @throws FieldNotMirrored
 */
export function wantedParameters(document: SecretDocument, mirror: MirrorSpec): readonly Wanted[] {
  const below = mirror.prefix === undefined ? [] : document.fields();
  const fields = new Set([...Object.keys(mirror.parameters), ...below]);
  const byName = new Map<string, Wanted>();
  for (const field of fields) {
    const refuse = (why: string) => new FieldNotMirrored(document.where, field, why);
    const parameter = parameterFor(field, mirror) ?? "";
    const found = document.value(field);
    if (!found) throw refuse("it is missing, empty, or not a string or number");
    const problem = nameProblem(parameter);
    if (problem) throw refuse(`its parameter's name ${problem}`);
    // The path below may be another secret's.
    if (!claims(mirror, parameter)) throw refuse(`${parameter} lies deeper than ${mirror.prefix}`);
    const other = byName.get(parameter);
    if (other)
      throw refuse(`the field ${JSON.stringify(other.field)} goes to ${parameter} as well`);
    const most = sizes[mirror.tier ?? "Advanced"];
    if (found.length > most) throw refuse(`it has ${found.length} characters, ${most} are allowed`);
    byName.set(parameter, { field, parameter, value: found.value });
  }
  return [...byName.values()];
}
