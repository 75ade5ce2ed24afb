import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { rotationSchema } from "../build/schema.ts";
import { program } from "./command-line.ts";

const usage = `Writes rotation.schema.json, the JSON Schema of rotation.yml, from lib/manifest/.

  npm run schema -- [options]

  --help   print this`;

const root = resolve(import.meta.dirname, "..");

await program(usage, {}, async () => {
  const file = resolve(root, "rotation.schema.json");
  writeFileSync(file, JSON.stringify(rotationSchema(), null, 2));
  execFileSync(resolve(root, "node_modules/.bin/biome"), ["format", "--write", file], {
    cwd: root,
  });
  console.log("rotation.schema.json");
});
