import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { providersPage } from "../build/providers-page.ts";
import { bundledPresets } from "../lib/rotators/http/presets.ts";
import { program } from "./command-line.ts";

const usage = `Writes docs/providers.md from the presets in lib/rotators/http/presets.

  npm run providers -- [options]

  --help   print this`;

await program(usage, {}, async () => {
  const file = resolve(import.meta.dirname, "../docs/providers.md");
  writeFileSync(file, providersPage([...bundledPresets().values()]));
  console.log("docs/providers.md");
});
