import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sourceFiles, violations } from "../build/layers.ts";
import { program } from "./command-line.ts";

const usage = `Checks that every file imports only what the table in build/layers.ts allows.

  npm run layers -- [options]

  --help   print this

Exit codes: 0 all are allowed, 1 some are not, 2 invalid options.`;

const root = resolve(import.meta.dirname, "..");

await program(usage, {}, async () => {
  const found = sourceFiles(root).flatMap((file) =>
    violations(file, readFileSync(join(root, file), "utf8")),
  );
  for (const each of found) console.error(`${each}, which build/layers.ts does not allow`);
  if (found.length > 0) process.exitCode = 1;
});
