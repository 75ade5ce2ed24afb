import { dirname } from "node:path";
import type { LoginSpec } from "../rotators/login/login.ts";
import { strategyTraits } from "../rotators/login/traits.ts";
import { whole } from "../secret/field.ts";
import { authority } from "./authority.ts";
import { defined } from "./defined.ts";
import type { Layers } from "./layers.ts";
import { named, nameProblem, sameSecret, unknownVariable } from "./names.ts";
import { passwordPolicy } from "./password-policy.ts";
import type { RegionGuard } from "./region.ts";
import { type CredentialFile, generatedKeys } from "./schema.ts";
import type { Path, Source } from "./source.ts";
import { suggestion } from "./suggestion.ts";

/** What the manifest may name: the types of the registry. */
export interface Known {
  readonly types: readonly string[];
  /** What a credential without a type is. Its engine refuses a secret that names another. */
  readonly defaultType: string;
}

/** What a credential is completed for. */
export interface Around {
  readonly source: Source;
  readonly known: Known;
  readonly stage: string;
  /** The name or ARN of its secret. */
  readonly secret: string;
  /** The key of another secret, by name or ARN. */
  kmsKeyOf(secret: string): string | undefined;
  readonly oneRegion: RegionGuard;
}

/** The type of a value that no server has to be told of. */
const generatedType = "generated";

/** Whether an entry means a generated value and no login. */
export const isGenerated = (layers: Layers<CredentialFile>) =>
  layers.value("type") === generatedType;

/** The login that is written at `path`, completed by the defaults in `layers`. */
export function completed(
  around: Around,
  path: Path,
  entry: CredentialFile,
  layers: Layers<CredentialFile>,
): LoginSpec {
  const { source, known } = around;
  const type = layers.find("type");
  if (type && !known.types.includes(type.value))
    source.complain(
      type.path,
      `unknown type ${JSON.stringify(type.value)}${suggestion(type.value, [...known.types, generatedType])}; known: ${known.types.join(", ")}, ${generatedType}`,
    );
  for (const key of generatedKeys)
    if (entry[key as keyof CredentialFile] !== undefined)
      source.complain(
        [...path, key],
        `belongs to a generated value: say \`type: ${generatedType}\` too, or remove it`,
      );
  const admin = administrator(around, layers);
  const strategy = layers.value("strategy") ?? (admin ? "alternating-users" : undefined);
  for (const [at, problem] of contradictions(entry, strategy, admin !== undefined))
    source.complain([...path, ...at], problem);
  const ca = layers.find("ca");
  const told = (at: Path) => (problem: string) => source.complain(at, problem);
  const replacement = strategy ?? "in-place";
  return {
    type: type?.value ?? known.defaultType,
    strategy: replacement,
    traits: strategyTraits[replacement],
    admin,
    users: entry.users,
    fields: entry.plain === "password" ? { password: whole } : defined(entry.fields ?? {}),
    connection: connectionOf(around, path, entry.connection),
    urls: entry.plain === "url" ? [whole] : (entry.urls ?? []),
    ...(saysNoFields(entry) && { isInUrlAlone: true }),
    ca: authority(ca?.value, dirname(source.file), told(ca?.path ?? path)),
    passwordForm: entry.passwordForm ?? "verifier",
    password: passwordPolicy(entry.password, told([...path, "password"])),
  };
}

function connectionOf(
  { source, stage }: Around,
  path: Path,
  connection: CredentialFile["connection"] = {},
): LoginSpec["connection"] {
  if (connection.host === undefined) return connection;
  const host = named(connection.host, stage);
  const problem = unknownVariable(host);
  if (problem)
    source.complain(
      [...path, "connection", "host"],
      `${JSON.stringify(connection.host)} ${problem}`,
    );
  return { ...connection, host };
}

/** Who is named here or by default; nobody is his own administrator by default. */
function administrator(
  { source, stage, secret, kmsKeyOf, oneRegion }: Around,
  layers: Layers<CredentialFile>,
): LoginSpec["admin"] {
  const said = layers.find("admin");
  if (!said) return undefined;
  const written = typeof said.value === "string" ? { secret: said.value } : said.value;
  const at = typeof said.value === "string" ? said.path : [...said.path, "secret"];
  const name = named(written.secret, stage);
  const problem = nameProblem(name);
  if (problem) source.complain(at, `${JSON.stringify(written.secret)} ${problem}`);
  if (sameSecret(name, secret)) {
    if (said.depth > 0) return undefined;
    source.complain(
      at,
      "is the secret itself, which cannot help when its own login is refused: name another administrator, or say `strategy: in-place` without one",
    );
  }
  const key = written.kmsKey ?? kmsKeyOf(name);
  oneRegion(at, name);
  if (written.kmsKey) oneRegion([...said.path, "kmsKey"], written.kmsKey);
  return { ...written, secret: name, kmsKey: key === "aws/secretsmanager" ? undefined : key };
}

/** What cannot be together; paths are relative to the credential. */
function* contradictions(
  entry: CredentialFile,
  strategy: string | undefined,
  hasAdmin: boolean,
): Generator<[Path, string]> {
  yield* claimedTwice(entry);
  yield* besidePlain(entry);
  if (!strategy)
    yield [
      [],
      "no strategy: name an administrator's secret (admin: …), here or under defaults, for alternating-users; or say `strategy: in-place`, which means that new connections fail for a moment at each rotation",
    ];
  if (strategy !== "alternating-users") {
    if (entry.users) yield [["users"], "only alternating-users has two users: remove it"];
    return;
  }
  if (!hasAdmin)
    yield [
      entry.strategy ? ["strategy"] : [],
      "alternating-users needs an administrator: name its secret under admin",
    ];
  if (entry.connection?.username !== undefined)
    yield [
      ["connection", "username"],
      "alternating-users changes the user, so consumers must read it from the secret: add a field for it there",
    ];
}

/** `fields: {}`: whatever fields of the usual names the secret has, they are another login's. */
const saysNoFields = ({ fields }: CredentialFile) => fields && Object.keys(fields).length === 0;

/** A secret that is the credential itself has no fields. */
function* besidePlain({
  plain,
  fields,
  urls,
  connection,
}: CredentialFile): Generator<[Path, string]> {
  if (saysNoFields({ fields }) && !plain && !urls?.length)
    yield [
      ["fields"],
      "is empty, which means that the login stands in a URL alone: name the URL's field under urls",
    ];
  if (!plain) return;
  for (const [key, value] of Object.entries({ fields, urls }))
    if (value !== undefined)
      yield [[key], `the secret is plain text (plain: ${plain}) and has no fields: remove it`];
  for (const role of ["host", "username"] as const)
    if (plain === "password" && connection?.[role] === undefined)
      yield [
        ["plain"],
        `the secret is nothing but the password: say the ${role} under connection.${role}`,
      ];
}

/** One field that is to hold two things, or one thing that is said twice. */
function* claimedTwice({
  fields = {},
  connection = {},
  urls = [],
}: CredentialFile): Generator<[Path, string]> {
  const claimed = new Map<string, string>();
  for (const [role, field] of Object.entries(defined(fields))) {
    const other = claimed.get(field);
    if (other)
      yield [["fields", role], `the field ${field} is the ${other} already: name another one`];
    claimed.set(field, role);
    if (role in connection)
      yield [
        ["connection", role],
        `fields says that the secret holds the ${role}, in ${field}: remove it here, or there`,
      ];
  }
  for (const [index, field] of urls.entries()) {
    const role = claimed.get(field) ?? (field === "password" && !fields.password && "password");
    if (role)
      yield [
        ["urls", index],
        `the field ${field} is the ${role}, it cannot be a URL as well: remove it`,
      ];
  }
}
