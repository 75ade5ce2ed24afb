import { defined } from "../../manifest/defined.ts";
import { milliseconds } from "../../manifest/duration.ts";
import type { CredentialEntry } from "../../manifest/type.ts";
import { whole } from "../../secret/field.ts";
import type { SuppliedKeys } from "./keys.ts";
import { anyShape, type SuppliedSpec, shapeOf } from "./value.ts";

type SuppliedEntry = CredentialEntry<SuppliedKeys>;

const day = 24 * 3600e3;

/** The key that an entry of rotation.yml means. */
export function completeSupplied(entry: SuppliedEntry): SuppliedSpec {
  const { prefix = "", shape = anyShape, console, every } = entry.keys;
  const fields = fieldsOf(entry);
  if (!isRegularExpression(shape))
    entry.complain(["shape"], "is not a regular expression that JavaScript takes: correct it");
  if (every !== undefined && milliseconds(every) < day)
    entry.complain(["every"], "is less than a day: people need longer; write e.g. 90d");
  return {
    type: entry.type,
    strategy: "supply",
    traits: { oldWorksBeside: true, changesUsername: false, switches: false },
    supply: {
      field: fields["secret"] ?? whole,
      ...defined({ console, every: every === undefined ? undefined : milliseconds(every) }),
    },
    fields,
    // The manifest names it: what people replace may be ended.
    adopt: true,
    ...defined({ console }),
    prefix,
    shape,
  };
}

function fieldsOf({ keys, complain }: SuppliedEntry): Readonly<Record<string, string>> {
  const { field, fields, plain } = keys;
  if (plain) {
    for (const key of ["field", "fields"] as const)
      if (keys[key] !== undefined)
        complain([key], "names a field, but the secret is the key itself: remove it, or plain");
    return { secret: whole };
  }
  if (!fields) return { secret: field ?? "api_key" };
  if (field !== undefined)
    complain(
      ["field"],
      "cannot be used with fields: name it there under secret, and remove it here",
    );
  if (fields["secret"] === undefined)
    complain(["fields"], "names no secret part: name the field of the key itself under secret");
  const taken = new Map<string, string>();
  for (const [part, name] of Object.entries(fields)) {
    const other = taken.get(name);
    if (other !== undefined)
      complain(["fields", part], `the field ${name} is already its ${other}: name another field`);
    taken.set(name, part);
  }
  return fields;
}

function isRegularExpression(shape: string): boolean {
  try {
    shapeOf(shape);
    return true;
  } catch {
    return false;
  }
}
