import type { ManifestFile } from "./file.ts";
import { homeGuard } from "./home.ts";
import type { Defaults } from "./keys.ts";
import { Layers } from "./layers.ts";
import { isExpired, type Manifest, type SecretEntry } from "./manifest.ts";
import { clashes } from "./mirror.ts";
import { belongsToAService, endsLikeAnArn, inStage, nameProblem, SecretIndex } from "./names.ts";
import { secretEntry } from "./secret-entry.ts";
import type { Source } from "./source.ts";
import type { NamedSecret, StageContext } from "./stage-context.ts";
import { suggestion } from "./suggestion.ts";

export interface StageOptions {
  readonly stage: string;
  readonly now: Date;
  /** This stage is to be deployed, in this Region if it is known. */
  readonly deployed?: { readonly region?: string | undefined };
}

/** The manifest of one stage. Problems go to the source; where there are any, the result is not to be used. */
export function compileStage(
  source: Source,
  file: ManifestFile,
  { stage, now, deployed }: StageOptions,
): Manifest {
  const { schema, isSound } = file;
  const named = new SecretIndex<NamedSecret>();
  const all = secretsOf(source, file, stage, named);
  if (deployed) requireOwn(source, file, stage, all);
  const defaults = new Layers<Defaults>([
    { path: ["stages", stage], keys: file.stages[stage] ?? {} },
    { path: ["defaults"], keys: file.defaults },
  ]);
  const kmsKeyOf = (secret: string) => named.find(secret)?.keys.kmsKey ?? defaults.value("kmsKey");
  const oneHome = homeGuard(source, deployed?.region);
  const context: StageContext = { source, schema, stage, defaults, isSound, kmsKeyOf, oneHome };
  const secrets: Record<string, SecretEntry> = {};
  const exempt: Manifest["exempt"][number][] = [];
  for (const secret of all) {
    const { name, path, keys } = secret;
    const entry = secretEntry(context, secret);
    if (!keys.exempt) {
      secrets[name] = entry;
      continue;
    }
    const exemption = { secret: name, ...keys.exempt };
    exempt.push(exemption);
    if (isExpired(exemption, now))
      source.warn(
        [...path, "exempt", "until"],
        `the exemption ended on ${exemption.until}: let the secret rotate, or set a later day`,
      );
  }
  const mirrors = all.flatMap(({ name, path }) => {
    const mirror = secrets[name]?.mirror;
    return mirror ? { secret: name, path: [...path, "mirror"], mirror } : [];
  });
  for (const [path, problem] of clashes(mirrors)) source.complain(path, problem);
  return { stage, secrets, exempt };
}

/**
 * The secrets of this stage under the names that they have there.
 * @param named gets each of them
 */
function secretsOf(
  source: Source,
  file: ManifestFile,
  stage: string,
  named: SecretIndex<NamedSecret>,
): readonly NamedSecret[] {
  const stages = ["production", ...Object.keys(file.stages)];
  const all: NamedSecret[] = [];
  for (const each of file.secrets) {
    const secret = { ...each, name: inStage(each.key, stage) };
    const { path, keys } = secret;
    for (const [index, other] of (keys.stages ?? []).entries())
      if (!stages.includes(other))
        source.complain(
          [...path, "stages", index],
          `unknown stage ${JSON.stringify(other)}${suggestion(other, stages)}; known: ${stages.join(", ")} (declare others under stages)`,
        );
    if (keys.stages && !keys.stages.includes(stage)) continue;
    checkName(source, secret, named, stage);
    named.add(secret.name, secret);
    all.push(secret);
  }
  return all;
}

/** Deployed by mistake, a stage that nobody declared would take over what another one rotates. */
function requireOwn(
  source: Source,
  { stages }: ManifestFile,
  stage: string,
  secrets: readonly NamedSecret[],
): void {
  const known = ["production", ...Object.keys(stages)];
  if (known.includes(stage)) return;
  for (const { name, key, path, keys } of secrets)
    if (name === key && !keys.stages)
      source.complain(
        path,
        `is the same secret in every stage, and the manifest does not declare the stage ${JSON.stringify(stage)}${suggestion(stage, known)}: declare it under stages if it rotates this secret; otherwise write \${stage} in its name, or stages: [production] under it`,
      );
}

function checkName(
  source: Source,
  { name, key, path }: NamedSecret,
  before: SecretIndex<NamedSecret>,
  stage: string,
): void {
  const problem = nameProblem(name);
  if (problem) source.complain(path, `${JSON.stringify(key)} ${problem}`);
  else if (belongsToAService(name))
    source.complain(
      path,
      "belongs to an AWS service, which rotates it itself: only admin may name it",
    );
  else if (endsLikeAnArn(name))
    source.warn(
      path,
      "ends in a hyphen and six characters, as ARNs do, so AWS may take it for a part of one: use the whole ARN instead",
    );
  const same = before.find(name);
  if (same)
    source.complain(
      path,
      `is the same secret as secrets.${same.key}${name === key && same.name === same.key ? "" : ` in stage ${stage}`}: keep one of the entries`,
    );
}
