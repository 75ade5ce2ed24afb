import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { manifestSchema } from "../lib/manifest/schema.ts";

/** The JSON Schema of rotation.yml, for editors: draft 7 is what all of them read. */
export const rotationSchema = (): object => ({
  title: "rotation.yml of Quarterturn",
  ...z.toJSONSchema(manifestSchema, { target: "draft-7", io: "input" }),
});

if (import.meta.main) {
  const file = resolve(import.meta.dirname, "..", "rotation.schema.json");
  writeFileSync(file, JSON.stringify(rotationSchema(), null, 2));
}
