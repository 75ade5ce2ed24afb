import { join } from "node:path";
import { readManifest } from "../../build/manifest-plugin.ts";
import type { SecretEntry } from "../../lib/manifest/manifest.ts";
import type { System } from "./system.ts";

export const root = join(import.meta.dirname, "../../examples");

/** What an example's manifest has for a secret. */
export function entryOf({ name }: Pick<System, "name">, secret: string): SecretEntry | undefined {
  const manifest = readManifest(join(root, name, "rotation.yml"), "production", { warn: () => {} });
  return manifest.secrets[secret];
}
