import { defined } from "../../manifest/defined.ts";
import { whole } from "../../secret/field.ts";
import { completeSupplied } from "../supplied/complete.ts";
import type { SuppliedSpec } from "../supplied/value.ts";
import { completeHttp } from "./complete.ts";
import type { HttpEntry } from "./keys.ts";
import type { Preset } from "./schema.ts";
import type { HttpSpec } from "./spec.ts";

/** A key that a person makes, and that its provider can be asked about. */
export type HttpSuppliedSpec = SuppliedSpec & HttpSpec;

/** The key that an entry of rotation.yml means, of a preset of kind supplied. */
export function completeSuppliedHttp(preset: Preset, entry: HttpEntry): HttpSuppliedSpec {
  const http = completeHttp(preset, entry);
  const { console, shape } = preset.manual;
  const { field: _, fields: __, ...keys } = entry.keys;
  const fields = http.fields["secret"] === whole ? {} : { fields: http.fields };
  const supplied = completeSupplied({
    ...entry,
    keys: { console, ...(shape !== undefined && { shape }), ...keys, ...fields },
  });
  const { endingTime } = http.traits;
  const traits = { ...supplied.traits, ...defined({ endingTime }) };
  return { ...http, ...supplied, type: "http", traits };
}
