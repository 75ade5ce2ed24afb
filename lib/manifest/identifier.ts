import { inStage, unknownVariable } from "./names.ts";
import type { CredentialEntry } from "./type.ts";

/** What a key of rotation.yml names at AWS or at a provider. */
interface Identifier {
  /** The problem of an entry without the key. */
  readonly missing: string;
  readonly form: RegExp;
  /** The problem of a text of another form, e.g. `is not the id of a project: 24 hexadecimal digits`. */
  readonly problem: string;
}

/** The identifier that an entry gives under this key, with the stage in it; empty if it gives none. */
export function identifierOf<Key extends string>(
  {
    keys,
    stage,
    complain,
  }: Pick<CredentialEntry<IdentifierKeys<Key>>, "keys" | "stage" | "complain">,
  key: Key,
  { missing, form, problem }: Identifier,
): string {
  const raw = keys[key];
  if (raw === undefined) {
    complain([], missing);
    return "";
  }
  const identifier = inStage(raw, stage);
  const variable = unknownVariable(identifier);
  if (variable) complain([key], `${JSON.stringify(raw)} ${variable}`);
  else if (!form.test(identifier)) complain([key], `${JSON.stringify(identifier)} ${problem}`);
  return identifier;
}

type IdentifierKeys<Key extends string> = { readonly [Name in Key]?: string | undefined };
