import { relative, resolve } from "node:path";
import { bundleFunctions } from "../build/bundle.ts";
import { program } from "./command-line.ts";

const usage = `Bundles the functions with rotation.yml, for the stage production, into dist/.

  npm run build -- [options]

  --help   print this

Deploying does not need it: serverless does its own bundling.`;

const root = resolve(import.meta.dirname, "..");

await program(usage, {}, async () => {
  const built = await bundleFunctions(resolve(root, "dist"), "rotation.yml");
  for (const path of Object.values(built)) console.log(relative(root, path));
});
