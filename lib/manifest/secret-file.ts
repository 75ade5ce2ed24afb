import type { GeneratedSpec } from "../rotators/generated/value.ts";
import type { LoginSpec } from "../rotators/login/login.ts";
import { overlap, whole } from "../secret/field.ts";
import { type Around, completed, isGenerated } from "./credential-file.ts";
import { defined } from "./defined.ts";
import { generatedSpec } from "./generated-file.ts";
import type { Layers } from "./layers.ts";
import type { MirrorSpec, SecretEntry } from "./manifest.ts";
import { completedMirror, mirrorProblems } from "./mirror.ts";
import { clusterProblem, named } from "./names.ts";
import { type CredentialFile, credentialSchema, type Defaults, type SecretFile } from "./schema.ts";
import type { Path, Source } from "./source.ts";
import { timing } from "./timing.ts";
import type { CredentialSpec } from "./type.ts";

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
    consumers: { clusters: names },
    ...(said.exempt && own.length === 0 && !said.credentials
      ? { credentials: [], place: "internet" as const }
      : credentialsOf(around, { said, path }, defaults)),
    ...defined({ rotatedAt: said.rotatedAt }),
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
): Pick<SecretEntry, "credentials" | "place" | "shape"> {
  const { source } = around;
  const listed = said.credentials?.map((entry, index) => ({
    entry,
    at: [...path, "credentials", index],
  }));
  const single = Object.fromEntries(credentialKeys.map((key) => [key, said[key]]));
  const all = (listed ?? [{ entry: single as CredentialFile, at: path }]).map((each) => ({
    ...each,
    layers: defaults.under<CredentialFile>({ path: each.at, said: each.entry }),
  }));
  const logins: Made<LoginSpec>[] = [];
  const generated: Made<GeneratedSpec>[] = [];
  const credentials: CredentialSpec[] = [];
  for (const { entry, at, layers } of all) {
    const complain = (within: Path, problem: string) =>
      source.complain([...at, ...within], problem);
    if (isGenerated(layers)) {
      const spec = generatedSpec(entry, complain);
      generated.push({ at, spec });
      credentials.push(spec);
    } else {
      const spec = completed(around, at, entry, layers);
      logins.push({ at, spec });
      credentials.push(spec);
    }
  }
  checkClaims(source, [
    ...logins.map(({ at, spec }) => ({ at, claims: [...writtenByLogin(spec)] })),
    ...generated.map(({ at, spec }) => ({ at, claims: [...writtenByGenerated(spec)] })),
    ...(said.rotatedAt === undefined
      ? []
      : [{ at: path, claims: [claim(["rotatedAt"], said.rotatedAt)] }]),
  ]);
  checkLogins(source, logins);
  const isPlain = checkPlain(source, { said, path }, [...logins, ...generated]);
  return {
    credentials,
    place: logins.length > 0 ? "network" : "internet",
    ...(isPlain && { shape: "plain" as const }),
  };
}

interface Made<T> {
  readonly at: Path;
  readonly spec: T;
}

/** A text that is the credential itself has room for one, and for nothing else. */
function checkPlain(
  source: Source,
  { said, path }: Written,
  made: readonly Made<LoginSpec | GeneratedSpec>[],
): boolean {
  const plain = made.find(({ spec }) =>
    "format" in spec
      ? spec.field === whole
      : spec.fields.password === whole || spec.urls.includes(whole),
  );
  if (!plain) return false;
  if (made.length > 1)
    source.complain(
      plain.at,
      "takes the whole secret for its value, beside other credentials: name its field, or leave it alone",
    );
  for (const key of ["rotatedAt", "mirror"] as const)
    if (said[key] !== undefined)
      source.complain(
        [...path, key],
        "needs a secret with fields, and this one is the credential itself: remove it",
      );
  return true;
}

/** A field that a rotation writes. */
interface Claim {
  readonly role: Path;
  readonly field: string;
  /** Only if the secret has it: the login may stand in a URL alone. */
  readonly isPossible: boolean;
}

const claim = (role: Path, field: string, isPossible = false): Claim => ({
  role,
  field,
  isPossible,
});

/** A field that two credentials would write holds the one or the other. */
function checkClaims(
  source: Source,
  all: readonly { readonly at: Path; readonly claims: readonly Claim[] }[],
): void {
  const claimed: (Claim & { index: number })[] = [];
  for (const [index, { at, claims }] of all.entries())
    for (const each of claims) {
      const { role, field, isPossible } = each;
      const other = claimed.find(
        (before) =>
          overlap(before.field, field) &&
          !(isPossible && before.isPossible) &&
          // What one entry says twice in the same words is told elsewhere.
          !(before.index === index && before.field === field && !isGeneratedRole(role)),
      );
      claimed.push({ ...each, index });
      if (!other) continue;
      const place = other.field === field ? field : `${field} (the place of ${other.field})`;
      source.complain(
        [...at, ...role],
        other.index === index
          ? `the field ${place} is this credential's ${String(other.role[0])} already: name another one`
          : `the field ${place} is rotated by credentials.${other.index} already: name this credential's own one under ${String(role[0])}`,
      );
    }
}

const isGeneratedRole = ([key]: Path) => key === "previous" || key === "previousExpiresAt";

function* writtenByLogin(spec: LoginSpec): Generator<Claim> {
  const { strategy, fields, urls } = spec;
  for (const [index, field] of urls.entries()) yield claim(["urls", index], field);
  if (spec.isInUrlAlone) return;
  const isPossible = urls.length > 0;
  const named = (role: "password" | "username") =>
    claim(["fields", role], fields[role] ?? role, isPossible && fields[role] === undefined);
  yield named("password");
  if (strategy === "alternating-users") yield named("username");
}

function* writtenByGenerated({ field, previous }: GeneratedSpec): Generator<Claim> {
  yield claim(["field"], field);
  if (previous) yield claim(["previous"], previous.field);
  if (previous?.expiresAt !== undefined) yield claim(["previousExpiresAt"], previous.expiresAt);
}

/** One login has one password: the second of two credentials would end what the first one made. */
function checkLogins(source: Source, credentials: readonly Made<LoginSpec>[]): void {
  const logins = credentials.map(({ spec: { type, fields, connection, urls } }) =>
    JSON.stringify([
      type,
      ...(["host", "port", "username"] as const).map(
        (role) => fields[role] ?? connection[role] ?? urls[0],
      ),
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
