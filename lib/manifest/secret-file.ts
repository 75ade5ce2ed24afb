import type { CredentialSpec } from "../credentials/credential.ts";
import { type Around, completed } from "./credential-file.ts";
import { defined } from "./defined.ts";
import type { Layers } from "./layers.ts";
import type { MirrorSpec, SecretEntry } from "./manifest.ts";
import { completedMirror, mirrorProblems } from "./mirror.ts";
import { clusterProblem, named } from "./names.ts";
import { type CredentialFile, credentialSchema, type Defaults, type SecretFile } from "./schema.ts";
import type { Path, Source } from "./source.ts";
import { timing } from "./timing.ts";

/** A secret as the file has it. */
interface Written {
  readonly said: SecretFile;
  readonly path: Path;
}

const credentialKeys = Object.keys(credentialSchema.shape) as (keyof CredentialFile)[];

/** What the manifest says of a secret, completed. */
export function secretEntry(
  around: Around,
  { said, path }: Written,
  defaults: Layers<Defaults>,
): SecretEntry {
  const { source, stage, secret, oneRegion } = around;
  const layers = defaults.under<SecretFile>({ path, said });
  const clusters = layers.find("clusters");
  const kmsKey = layers.find("kmsKey");
  const names = (clusters?.value ?? []).map((cluster) => named(cluster, stage));
  oneRegion(path, secret);
  if (kmsKey) oneRegion(kmsKey.path, kmsKey.value);
  for (const [index, name] of names.entries()) {
    const at = [...(clusters?.path ?? []), index];
    const problem = clusterProblem(name);
    if (problem) source.complain(at, `${JSON.stringify(clusters?.value[index])} ${problem}`);
    oneRegion(at, name);
  }
  const own = credentialKeys.filter((key) => said[key] !== undefined);
  for (const key of said.credentials ? own : [])
    source.complain(
      [...path, key],
      "stands beside credentials: move it into one of those, or remove credentials",
    );
  return {
    ...timing(source, layers),
    ...defined({ kmsKey: kmsKey?.value === "aws/secretsmanager" ? undefined : kmsKey?.value }),
    clusters: names,
    credentials:
      said.exempt && own.length === 0 && !said.credentials
        ? []
        : credentialsOf(around, { said, path }, defaults),
    ...defined({ mirror: mirrorOf(around, { said, path }) }),
  };
}

function mirrorOf(around: Around, { said, path }: Written): MirrorSpec | undefined {
  if (!said.mirror) return undefined;
  const { source, stage, oneRegion } = around;
  const at = [...path, "mirror"];
  const mirror = completedMirror(said.mirror, stage);
  for (const [below, problem] of mirrorProblems(mirror))
    source.complain([...at, ...below], problem);
  if (mirror.kmsKey) oneRegion([...at, "kmsKey"], mirror.kmsKey);
  return mirror;
}

/** Those that are listed; else the one whose keys stand at the secret itself. */
function credentialsOf(
  around: Around,
  { said, path }: Written,
  defaults: Layers<Defaults>,
): readonly CredentialSpec[] {
  const listed = said.credentials?.map((entry, index) => ({
    entry,
    at: [...path, "credentials", index],
  }));
  const single = Object.fromEntries(credentialKeys.map((key) => [key, said[key]]));
  const all = listed ?? [{ entry: single as CredentialFile, at: path }];
  const made = all.map(({ entry, at }) => ({
    at,
    spec: completed(around, at, entry, defaults.under<CredentialFile>({ path: at, said: entry })),
  }));
  checkClaims(around.source, made);
  checkLogins(around.source, made);
  return made.map(({ spec }) => spec);
}

interface Completed {
  readonly at: Path;
  readonly spec: CredentialSpec;
}

/** A field that two credentials would write holds the one or the other. */
function checkClaims(source: Source, credentials: readonly Completed[]): void {
  const claimed = new Map<string, number>();
  for (const [index, { at, spec }] of credentials.entries())
    for (const [role, field] of written(spec)) {
      const other = claimed.get(field) ?? index;
      claimed.set(field, other);
      if (other !== index)
        source.complain(
          [...at, ...role],
          `the field ${field} is rotated by credentials.${other} already: name this credential's own one under ${String(role[0])}`,
        );
    }
}

function* written({ strategy, fields, urls }: CredentialSpec): Generator<[Path, string]> {
  yield [["fields", "password"], fields.password ?? "password"];
  if (strategy === "alternating-users")
    yield [["fields", "username"], fields.username ?? "username"];
  for (const [index, field] of urls.entries()) yield [["urls", index], field];
}

/** One login has one password: the second of two credentials would end what the first one made. */
function checkLogins(source: Source, credentials: readonly Completed[]): void {
  const logins = credentials.map(({ spec: { type, fields, connection } }) =>
    JSON.stringify([
      type,
      ...(["host", "port", "username"] as const).map((role) => fields[role] ?? connection[role]),
    ]),
  );
  for (const [index, { at }] of credentials.entries()) {
    const other = logins.indexOf(logins[index] ?? "");
    if (other !== index)
      source.complain(
        at,
        `has host and user from where credentials.${other} has them, so both are the same login: make them one credential, or say under fields or connection what differs`,
      );
  }
}
