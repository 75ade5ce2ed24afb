import type { Around, Known } from "./credential-file.ts";
import { Layers } from "./layers.ts";
import { isExpired, type Manifest, type SecretEntry } from "./manifest.ts";
import { clashes } from "./mirror.ts";
import { belongsToAService, endsLikeAnArn, named, nameProblem, sameSecret } from "./names.ts";
import { regionGuard } from "./region.ts";
import type { Defaults, ManifestFile, SecretFile } from "./schema.ts";
import { secretEntry } from "./secret-file.ts";
import type { Path, Source } from "./source.ts";
import { suggestion } from "./suggestion.ts";

/** One secret of the file, in one stage. */
interface Entry {
  /** Its key in the file. */
  readonly written: string;
  /** Its name or ARN in this stage. */
  readonly name: string;
  readonly said: SecretFile;
  readonly path: Path;
}

/** The manifest of one stage; what is wrong with it is told to the source. */
export function compileStage(
  source: Source,
  file: ManifestFile,
  { stage, known, now }: { stage: string; known: Known; now: Date },
): Manifest {
  const defaults = new Layers<Defaults>([
    { path: ["stages", stage], said: file.stages?.[stage] ?? {} },
    { path: ["defaults"], said: file.defaults ?? {} },
  ]);
  const entries = entriesOf(source, file, stage);
  const kmsKeyOf = (secret: string) =>
    entries.find(({ name }) => sameSecret(name, secret))?.said.kmsKey ?? defaults.value("kmsKey");
  const oneRegion = regionGuard(source);
  const secrets: Record<string, SecretEntry> = {};
  const exempt: Manifest["exempt"][number][] = [];
  for (const entry of entries) {
    const around: Around = { source, known, stage, secret: entry.name, kmsKeyOf, oneRegion };
    const made = secretEntry(around, entry, defaults);
    if (!entry.said.exempt) {
      secrets[entry.name] = made;
      continue;
    }
    const exemption = { secret: entry.name, ...entry.said.exempt };
    exempt.push(exemption);
    if (isExpired(exemption, now))
      source.warn(
        [...entry.path, "exempt", "until"],
        `the exemption ended on ${exemption.until}: let the secret rotate, or give a new day`,
      );
  }
  const mirrors = entries.flatMap(({ name, path }) => {
    const mirror = secrets[name]?.mirror;
    return mirror ? { secret: name, path: [...path, "mirror"], mirror } : [];
  });
  for (const [path, problem] of clashes(mirrors)) source.complain(path, problem);
  return { stage, secrets, exempt };
}

/** The secrets of this stage under the names that they have there. */
function entriesOf(source: Source, file: ManifestFile, stage: string): readonly Entry[] {
  const stages = ["production", ...Object.keys(file.stages ?? {})];
  const entries: Entry[] = [];
  for (const [written, said] of Object.entries(file.secrets)) {
    const entry = {
      written,
      name: named(written, stage),
      said: said ?? {},
      path: ["secrets", written],
    };
    for (const [index, other] of (said?.stages ?? []).entries())
      if (!stages.includes(other))
        source.complain(
          [...entry.path, "stages", index],
          `unknown stage ${JSON.stringify(other)}${suggestion(other, stages)}; known: ${stages.join(", ")} (declare others under stages)`,
        );
    if (said?.stages && !said.stages.includes(stage)) continue;
    checkName(source, entry, entries, stage);
    entries.push(entry);
  }
  return entries;
}

function checkName(source: Source, entry: Entry, before: readonly Entry[], stage: string): void {
  const { name, path, written } = entry;
  const problem = nameProblem(name);
  if (problem) source.complain(path, `${JSON.stringify(written)} ${problem}`);
  else if (belongsToAService(name))
    source.complain(
      path,
      "belongs to a service of AWS, which rotates it itself: it can only be named under admin",
    );
  else if (endsLikeAnArn(name))
    source.warn(
      path,
      "ends in a hyphen and six characters, as ARNs do, and AWS may take it for one: give the whole ARN instead",
    );
  const same = before.find((other) => sameSecret(other.name, name));
  if (same)
    source.complain(
      path,
      `is the same secret as secrets.${same.written}${name === written && same.name === same.written ? "" : ` in stage ${stage}`}: keep one of the entries`,
    );
}
