import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { permissionsPage } from "../infra/permissions.ts";
import { program } from "./command-line.ts";

const usage = `Writes docs/permissions.md, what each function may do, from infra/ and rotation.yml.

  npm run permissions -- [options]

  --help   print this`;

await program(usage, {}, async () => {
  writeFileSync(resolve(import.meta.dirname, "../docs/permissions.md"), permissionsPage());
  console.log("docs/permissions.md");
});
