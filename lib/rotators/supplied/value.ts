import type { CredentialSpec, Supply } from "../../manifest/type.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { Secret } from "../../secret/secret.ts";
import type { KeySpec } from "../key/key.ts";
import type { KeyParts } from "../key/provider.ts";

/** A key that a person makes, in the console of its provider. */
export interface SuppliedSpec extends KeySpec {
  readonly supply: Supply;
  /** What it begins with; may be empty. */
  readonly prefix: string;
  /** A regular expression for all that follows the prefix. */
  readonly shape: string;
}

export const isSuppliedSpec = (spec: CredentialSpec): spec is SuppliedSpec =>
  spec.supply !== undefined;

/** Keys have no white space; what was pasted may have. */
export const anyShape = "\\S+";

export const shapeOf = (shape: string) => new RegExp(`^(?:${shape})$`, "u");

/** Whether a key looks as the manifest says. */
export function hasShape(key: Secret<string>, { prefix, shape }: SuppliedSpec): boolean {
  const text = key.reveal();
  return text.startsWith(prefix) && shapeOf(shape).test(text.slice(prefix.length));
}

/** The parts that a document holds: none, before the first key is handed over. */
export function partsIn(document: SecretDocument, { fields }: SuppliedSpec): KeyParts {
  const parts = Object.entries(fields).flatMap(([part, field]) => {
    const text = document.readFilled(field);
    return text === undefined ? [] : [[part, new Secret(text)] as const];
  });
  return new Map(parts);
}
