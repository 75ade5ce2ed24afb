/** Loaded ahead of every command, by whatever Node there is: before npm ci, that may be one that cannot read them. */
import { existsSync } from "node:fs";

const installed = new URL("../node_modules/.package-lock.json", import.meta.url);
if (!existsSync(installed)) {
  console.error("Run npm ci first. It installs what this command needs, the right Node included.");
  process.exit(1);
}
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `This is Node ${process.versions.node}, and Node 24 is needed. npm ci has installed it: run the command by npm run.`,
  );
  process.exit(1);
}
