import { z } from "zod";
import { ManifestSchema } from "../lib/manifest/schema.ts";
import { presetSchema } from "../lib/rotators/http/schema.ts";
import { typeList } from "../lib/types.ts";

/** The JSON Schema of rotation.yml. */
export const rotationSchema = (): object =>
  forEditors("rotation.yml of Quarterturn", new ManifestSchema(typeList).document);

/** The JSON Schema of a provider's preset. */
export const presetJsonSchema = (): object =>
  forEditors("A provider's preset for Quarterturn", presetSchema);

/** All editors read draft 7. */
const forEditors = (title: string, schema: z.ZodType): object => ({
  title,
  ...Object(flat(z.toJSONSchema(schema, { target: "draft-7", io: "input", reused: "ref" }))),
});

/** Without `allOf` around a single schema: editors look for descriptions, and for the `type` that selects, no deeper. */
function flat(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(flat);
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node);
  const [[key, value] = [], ...others] = entries;
  if (key === "allOf" && others.length === 0 && Array.isArray(value) && value.length === 1)
    return flat(value[0]);
  return Object.fromEntries(entries.map(([name, each]) => [name, flat(each)]));
}
