import { whole } from "../../secret/field.ts";
import type { HttpEntry } from "./keys.ts";
import type { Preset } from "./schema.ts";
import type { HttpSpec } from "./spec.ts";

/** The field of each part: as the entry has it, else as usual. The id stands beside the key. */
export function fieldsOf(preset: Preset, { keys, complain }: HttpEntry): HttpSpec["fields"] {
  const { field, plain } = keys;
  if (plain && !preset.identify && preset.kind !== "supplied")
    complain(
      ["plain"],
      `needs a provider that identifies a key by its value alone, which ${preset.title} does not: make the secret JSON, with a field for the key and one for its id`,
    );
  if (plain) {
    for (const key of ["field", "fields"] as const)
      if (keys[key] !== undefined)
        complain([key], "names a field, but the secret is the key itself: remove it, or plain");
    return { secret: whole };
  }
  if (field !== undefined && keys.fields?.["secret"] !== undefined)
    complain(["field"], "is fields.secret as well: keep one of them");
  const [first = "secret"] = Object.keys(preset.fields);
  const usual = {
    ...preset.fields,
    ...(field !== undefined && { [first]: field }),
    ...keys.fields,
  };
  const fields = { ...usual, ...(hasId(preset) && { id: usual["id"] ?? `${usual["secret"]}_id` }) };
  const all = Object.values(fields);
  for (const [part, name] of Object.entries(fields))
    if (all.indexOf(name) !== all.lastIndexOf(name))
      complain(
        ["fields", part],
        `the field ${name} would hold two parts of the key: name another field`,
      );
  return fields;
}

/** Whether a new key comes with an id. */
const hasId = ({ create, operation }: Preset): boolean =>
  "id" in { ...create?.result, ...operation?.result };
