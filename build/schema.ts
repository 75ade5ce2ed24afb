import { z } from "zod";
import { ManifestSchema } from "../lib/manifest/schema.ts";
import { typeList } from "../lib/types.ts";

/** The JSON Schema of rotation.yml, for editors: all of them read draft 7. */
export const rotationSchema = (): object => ({
  title: "rotation.yml of Quarterturn",
  ...Object(
    flat(
      z.toJSONSchema(new ManifestSchema(typeList).document, {
        target: "draft-7",
        io: "input",
        reused: "ref",
      }),
    ),
  ),
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
