import type { ScopeKey } from "./scope.ts";
import type { CredentialType } from "./type.ts";

/** The types that a manifest may name. */
export interface TypeList<Type extends CredentialType = CredentialType> {
  readonly types: Readonly<Record<string, Type>>;
  /** What a credential without a `type` is. */
  readonly defaultType: string;
  /** What a secret without a `type` may say that its credential is. They have every strategy of the default type. */
  readonly alternatives?: readonly string[];
  /**
   * The type that a file describes: a credential may name one beside the manifest, like `./providers/acme.yml`.
   * @throws InvalidManifest with the problems of that file
   */
  read(file: string): Type;
  /** The keys of all types of consumers. */
  readonly scopeKeys: Readonly<Record<string, ScopeKey>>;
}

/** @returns `undefined` for a type that does not exist */
export function typeIn<Type extends CredentialType>(
  { types }: TypeList<Type>,
  name: string,
): Type | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}

/** Whether a type is a file beside the manifest. */
export const isTypeFile = (name: string): boolean => /^\.{1,2}\/[^\0]+$/.test(name);
