import { readFileSync } from "node:fs";
import type { Known } from "./credential-file.ts";
import { explanation } from "./explanation.ts";
import type { Manifest } from "./manifest.ts";
import { type ManifestFile, manifestSchema } from "./schema.ts";
import { Source } from "./source.ts";
import { compileStage } from "./stage.ts";

/** What it is compiled for. */
interface For {
  readonly stage: string;
  readonly now?: Date;
  /** Gets what is allowed and yet probably not meant: file, line, path and remedy. */
  readonly warn?: (warning: string) => void;
}

/**
 * Reads, checks and completes rotation.yml. For build time only: the functions carry the result. Every stage
 * that the file names is checked, so that no mistake waits for the day on which that one is deployed.
 * @throws InvalidManifest with every problem: file, line, path and remedy
 */
export function compileManifest(
  file: string,
  known: Known,
  { stage, now = new Date(), warn = () => {} }: For,
): Manifest {
  const source = new Source(file, readFileSync(file, "utf8"));
  const said = checked(source);
  const manifest = compileStage(source, said, { stage, known, now });
  for (const other of stagesOf(said)) compileStage(source, said, { stage: other, known, now });
  source.throwProblems();
  if (Object.keys(manifest.secrets).length === 0)
    source.warn(["secrets"], `nothing rotates in stage ${stage}: no secret is named for it`);
  for (const warning of source.warnings) warn(warning);
  return manifest;
}

function stagesOf({ stages = {}, secrets }: ManifestFile): Set<string> {
  const named = Object.values(secrets).flatMap((secret) => secret?.stages ?? []);
  return new Set([...Object.keys(stages), ...named]);
}

/** The file in its form; without the secrets that are not, so that the others are checked all the same. */
function checked(source: Source): ManifestFile {
  const value = source.value();
  const parsed = manifestSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    for (const [path, problem] of explanation(issue)) source.complain(path, problem);
  const bad = new Set(
    parsed.error.issues.map(({ path }) => (path[0] === "secrets" ? path[1] : "")),
  );
  const rest = manifestSchema.safeParse(without(value, bad));
  if (!rest.success) source.throwProblems();
  return rest.data ?? { secrets: {} };
}

function without(value: unknown, bad: ReadonlySet<PropertyKey | undefined>): unknown {
  const { secrets, ...rest } = Object(value);
  const sound = Object.entries(Object(secrets)).filter(([name]) => !bad.has(name));
  return { ...rest, secrets: Object.fromEntries(sound) };
}
