import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { permissionsPage } from "../infra/permissions.ts";
import { program } from "./command-line.ts";

const usage = `Writes docs/permissions.md, what each function may do, from infra/ and rotation.yml, and prints its wildcards.

  npm run permissions -- [options]

  --help   print this`;

await program(usage, {}, async () => {
  const page = permissionsPage();
  writeFileSync(resolve(import.meta.dirname, "../docs/permissions.md"), page);
  const [, wildcards = ""] = page.split(/^## (?=Wildcards)/m);
  console.log(`docs/permissions.md\n\n${wildcards}`);
});
