import { dirname } from "node:path";
import type { Completed } from "./claims.ts";
import { explanation, unknownKey } from "./explanation.ts";
import { isMapping } from "./file.ts";
import type { Path } from "./remark.ts";
import type { ManifestSchema } from "./schema.ts";
import type { NamedSecret, StageContext } from "./stage-context.ts";
import { type CredentialEntry, type CredentialType, typeIn } from "./type.ts";
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
  return `belongs to type ${owners.join(" or ")}, but this credential has type ${name}${isDefault ? " (the default)" : ""}: ${change}, or remove the key`;
}

/** The entry, with the defaults of the keys that it leaves out. */
function entryOf(
  { source, stage, defaults, kmsKeyOf, oneHome }: StageContext,
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

/** Names of the types that have this key. */
export const typesWith = ({ list }: ManifestSchema, key: string) =>
  Object.entries(list.types).flatMap(([name, { sharedKeys, ownKeys }]) =>
    Object.hasOwn(sharedKeys, key) || Object.hasOwn(ownKeys, key) ? [name] : [],
  );
