import { dirname } from "node:path";
import type { Completed } from "./claims.ts";
import { explanation, unknownKey } from "./explanation.ts";
import { isMapping } from "./file.ts";
import type { Path } from "./remark.ts";
import type { ManifestSchema } from "./schema.ts";
import type { NamedSecret, StageContext } from "./stage-context.ts";
import type { CredentialEntry, CredentialType } from "./type.ts";
import { typeInFile } from "./type-file.ts";
import { isTypeFile, typeIn } from "./type-list.ts";
import { unknownType } from "./unknown-type.ts";

/** One credential with its defaults. @returns `undefined` if its form is wrong; the problems go to the source */
export function completedAt(
  context: StageContext,
  secret: NamedSecret,
  path: Path,
  raw: unknown,
): Completed | undefined {
  const { source, schema } = context;
  const { type: _, ...keys } = isMapping(raw) ? raw : {};
  const named = typeOf(context, secret, path, raw);
  if (!named) return undefined;
  const form = schema.credential(named.type);
  const { data, error } = form.safeParse(isMapping(raw) ? keys : raw, { reportInput: true });
  const elsewhere = (below: Path, key: string) =>
    below.length === 0 ? strangeKey(schema, named, key, secret.listed !== undefined) : undefined;
  for (const issue of error?.issues ?? [])
    for (const [below, problem] of explanation(issue, form, elsewhere))
      source.complain([...path, ...below], problem);
  const isOpen = ["secret", "exempt", "credentials"].some((key) => secret.bad.has(key));
  if (!data || !context.isSound || isOpen) return undefined;
  const entry = entryOf(context, secret, path, named, data);
  return { path, type: named.type, spec: named.type.complete(entry) };
}

interface NamedType {
  readonly name: string;
  readonly type: CredentialType;
  /** Neither the entry nor the defaults name it. */
  readonly isDefault: boolean;
}

/** An exempt secret may wait for a type that does not exist yet. */
function typeOf(
  { source, schema, defaults }: StageContext,
  { keys: { exempt } }: NamedSecret,
  path: Path,
  raw: unknown,
): NamedType | undefined {
  const own = isMapping(raw) ? raw["type"] : undefined;
  if (own !== undefined && typeof own !== "string") {
    const { error } = schema.typeKey.safeParse(own, { reportInput: true });
    for (const issue of error?.issues ?? [])
      for (const [, problem] of explanation(issue, schema.typeKey))
        source.complain([...path, "type"], problem);
    return undefined;
  }
  const inherited = defaults.value("type");
  const name = own ?? (typeof inherited === "string" ? inherited : schema.list.defaultType);
  if (own !== undefined && isTypeFile(own)) {
    const read = typeInFile(source, schema, name, [...path, "type"]);
    return read && { name, type: read, isDefault: false };
  }
  const type = typeIn(schema.list, name);
  if (type) return { name, type, isDefault: (own ?? inherited) === undefined };
  if (!exempt) source.complain([...path, "type"], unknownType(name, schema.list));
  return undefined;
}

/** The problem of a key that this type does not have. */
function strangeKey(
  schema: ManifestSchema,
  { name, type, isDefault }: NamedType,
  key: string,
  isListed: boolean,
): string {
  const ofSecret = Object.keys(schema.secret.shape);
  if (isListed && ofSecret.includes(key))
    return `unknown key ${JSON.stringify(key)}: it belongs to the whole secret; move it one level up`;
  const owners = typesWith(schema, key);
  if (owners.length === 0) {
    const ownKeys = ["type", ...Object.keys({ ...type.sharedKeys, ...type.ownKeys })];
    return unknownKey(key, isListed ? ownKeys : [...ofSecret, ...ownKeys]);
  }
  const change = owners.length === 1 ? `write \`type: ${owners[0]}\`` : "change its type";
  return `belongs to type ${someOf(owners)}, but this credential has type ${name}${isDefault ? " (the default)" : ""}: ${change}, or remove the key`;
}

/** `postgres, mysql or resend`; of many, the first ones. */
function someOf(names: readonly string[]): string {
  const [last = "", ...first] = names.toReversed();
  if (first.length === 0) return last;
  if (first.length < 4) return `${first.toReversed().join(", ")} or ${last}`;
  return `${names.slice(0, 3).join(", ")} or ${names.length - 3} others`;
}

/** The entry, with the defaults of the keys that it leaves out. */
function entryOf(
  { source, schema, stage, defaults, kmsKeyOf, oneHome }: StageContext,
  secret: NamedSecret,
  path: Path,
  { name: type, type: { sharedKeys }, isDefault }: NamedType,
  ownKeys: object,
): CredentialEntry {
  const inherited = Object.keys(sharedKeys).flatMap((key) => {
    const found = Object.hasOwn(ownKeys, key) ? undefined : defaults.find(key);
    return found ? [[key, found] as const] : [];
  });
  const places = new Map<PropertyKey, Path>(inherited.map(([key, found]) => [key, found.path]));
  const placeOf = ([key, ...below]: Path): Path => {
    if (key === undefined) return path;
    return [...(places.get(key) ?? [...path, key]), ...below];
  };
  return {
    type,
    isTypeDeclared: !isDefault,
    ...(isDefault && { alternatives: schema.list.alternatives }),
    keys: { ...Object.fromEntries(inherited.map(([key, { value }]) => [key, value])), ...ownKeys },
    secret: secret.name,
    stage,
    folder: dirname(source.file),
    isOwn: (key) => Object.hasOwn(ownKeys, key),
    kmsKeyOf,
    oneHome: (within, arn) => oneHome(placeOf(within), arn),
    complain: (within, problem) => source.complain(placeOf(within), problem),
  };
}

const hasKey = ({ sharedKeys, ownKeys }: CredentialType, key: string) =>
  Object.hasOwn(sharedKeys, key) || Object.hasOwn(ownKeys, key);

/** Whether any type has this key. Asks no more of them than it must: some are read when they are asked. */
export const isTypeKey = ({ list }: ManifestSchema, key: string) =>
  Object.values(list.types).some((type) => hasKey(type, key));

/** Names of the types that have this key. */
const typesWith = ({ list }: ManifestSchema, key: string) =>
  Object.entries(list.types).flatMap(([name, type]) => (hasKey(type, key) ? [name] : []));
