import { readFileSync } from "node:fs";
import { type ManifestFile, readFile } from "./file.ts";
import type { Manifest } from "./manifest.ts";
import type { Remark } from "./remark.ts";
import { ManifestSchema } from "./schema.ts";
import { Source } from "./source.ts";
import { compileStage } from "./stage.ts";
import type { TypeList } from "./type-list.ts";

export interface CompileOptions {
  readonly stage: string;
  /** Of the deployment, which must be that of every ARN. Default: not checked. */
  readonly region?: string | undefined;
  /** Default: now. */
  readonly now?: Date;
  /** Gets what is allowed but probably a mistake. */
  readonly warn?: (warning: Remark) => void;
}

/**
 * Reads, checks and completes rotation.yml. For build time only: the functions carry the result. Every stage that
 * the file names is checked, so that no mistake waits until that stage is deployed.
 * @throws InvalidManifest with every problem
 */
export function compileManifest(
  path: string,
  list: TypeList,
  { stage, region, now = new Date(), warn = () => {} }: CompileOptions,
): Manifest {
  const source = new Source(path, readFileSync(path));
  const file = readFile(source, new ManifestSchema(list));
  const manifest = compileStage(source, file, { stage, now, deployed: { region } });
  for (const other of stagesOf(file)) compileStage(source, file, { stage: other, now });
  source.throwProblems();
  if (Object.keys(manifest.secrets).length === 0)
    source.warn(["secrets"], `nothing rotates in stage ${stage}: no secret is in this stage`);
  for (const warning of source.warnings) warn(warning);
  return manifest;
}

function stagesOf({ stages, secrets }: ManifestFile): Set<string> {
  return new Set([...Object.keys(stages), ...secrets.flatMap(({ keys }) => keys.stages ?? [])]);
}
