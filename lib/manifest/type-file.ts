import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { InvalidManifest } from "./errors.ts";
import type { Path } from "./remark.ts";
import type { ManifestSchema } from "./schema.ts";
import type { Source } from "./source.ts";
import type { CredentialType } from "./type.ts";

/** The type that a file beside the manifest describes. @returns `undefined` after a complaint @param path of its name */
export function typeInFile(
  source: Source,
  { list }: Pick<ManifestSchema, "list">,
  name: string,
  path: Path,
): CredentialType | undefined {
  const file = join(dirname(source.file), name);
  if (!existsSync(file)) {
    source.complain(
      path,
      `there is no file ${file}: correct its path, which begins at the folder of this file`,
    );
    return undefined;
  }
  try {
    return list.read(file);
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    source.include(error);
    return undefined;
  }
}
