import { explanation } from "./explanation.ts";
import type { SecretKeys } from "./keys.ts";
import type { Path } from "./remark.ts";
import type { ManifestSchema } from "./schema.ts";
import type { Source } from "./source.ts";

/** rotation.yml in its form; nothing is completed yet, and credentials are as the file has them. */
export interface ManifestFile {
  readonly schema: ManifestSchema;
  readonly defaults: object;
  readonly stages: Readonly<Record<string, object>>;
  /** Whether defaults and stages have their form, so that what depends on them can be checked. */
  readonly isSound: boolean;
  readonly secrets: readonly SecretFile[];
}

/** One secret of the file. */
export interface SecretFile {
  /** Its key in the file. */
  readonly key: string;
  readonly path: Path;
  /** Those that have their form. */
  readonly keys: SecretKeys;
  /** The keys of a single credential, and unknown ones. */
  readonly ownKeys: Readonly<Record<string, unknown>>;
  /** The list `credentials`. */
  readonly listed?: readonly unknown[] | undefined;
  /** Keys that the file has in a wrong form. `secret` stands for the whole secret. */
  readonly bad: ReadonlySet<string>;
}

/**
 * Problems go to the source.
 * @throws InvalidManifest if there are no secrets to look at
 */
export function readFile(source: Source, schema: ManifestSchema): ManifestFile {
  const value = source.value();
  const { data, error } = schema.file.safeParse(value, { reportInput: true });
  const elsewhere = (path: Path, key: string) => misplaced(schema, path, key);
  for (const issue of error?.issues ?? [])
    for (const [path, problem] of explanation(issue, schema.file, elsewhere))
      source.complain(path, value === null ? `the manifest ${problem}` : problem);
  const { secrets } = Object(value);
  if (!isMapping(secrets)) source.throwProblems();
  return {
    schema,
    defaults: data?.["defaults"] ?? {},
    stages: Object.fromEntries(
      Object.entries(Object(data?.["stages"])).map(([name, keys]) => [name, Object(keys)]),
    ),
    isSound: error === undefined,
    secrets: Object.entries(Object(secrets)).map(([key, raw]) =>
      readSecret(source, schema, key, raw),
    ),
  };
}

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The problem of a key at the top of the file or under defaults that is known in another place. */
function misplaced({ defaults, secret, list }: ManifestSchema, path: Path, key: string) {
  const unknown = `unknown key ${JSON.stringify(key)}`;
  if (path.length === 0)
    return Object.hasOwn(defaults.shape, key) ? `${unknown}: move it under defaults` : undefined;
  const ownKeys = Object.values(list.types).map((type) => type.ownKeys);
  const isOfSecret = [secret.shape, ...ownKeys].some((keys) => Object.hasOwn(keys, key));
  return isOfSecret && (path.length === 1 || path[0] === "stages")
    ? `${unknown}: it cannot be a default; move it to each secret`
    : undefined;
}

function readSecret(
  source: Source,
  { secret: schema }: ManifestSchema,
  key: string,
  raw: unknown,
): SecretFile {
  const path = ["secrets", key];
  const all = isMapping(raw) ? Object.entries(raw) : [];
  const isCore = (name: string) => Object.hasOwn(schema.shape, name);
  const core = Object.fromEntries(all.filter(([name]) => isCore(name)));
  const { error } = schema.safeParse(isMapping(raw ?? {}) ? core : raw, { reportInput: true });
  for (const issue of error?.issues ?? [])
    for (const [below, problem] of explanation(issue, schema))
      source.complain([...path, ...below], problem);
  const bad = new Set(error?.issues.map((issue) => String(issue.path[0] ?? "secret")));
  const sound = Object.entries(core).filter(([name]) => !bad.has(name));
  const { credentials: listed, ...keys } = schema.parse(Object.fromEntries(sound));
  const ownKeys = Object.fromEntries(all.filter(([name]) => !isCore(name)));
  return { key, path, keys, ownKeys, listed, bad };
}
