import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { presetJsonSchema, rotationSchema } from "../build/schema.ts";
import { program } from "./command-line.ts";

const usage = `Writes rotation.schema.json and preset.schema.json, the JSON Schemas of rotation.yml and of a provider's preset.

  npm run schema -- [options]

  --help   print this`;

const root = resolve(import.meta.dirname, "..");

await program(usage, {}, async () => {
  const schemas = {
    "rotation.schema.json": rotationSchema(),
    "preset.schema.json": presetJsonSchema(),
  };
  const files = Object.entries(schemas).map(([name, schema]) => {
    const file = resolve(root, name);
    writeFileSync(file, JSON.stringify(schema, null, 2));
    return file;
  });
  const biome = resolve(root, "node_modules/.bin/biome");
  execFileSync(biome, ["format", "--write", ...files], { cwd: root });
  console.log(Object.keys(schemas).join("\n"));
});
