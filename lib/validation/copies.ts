import { copiesOf } from "../rotation/copies.ts";
import { CopyUndeclared } from "../rotation/next-errors.ts";
import { DocumentError } from "../secret/errors.ts";
import type { CheckedSecret, Replaced } from "./checks.ts";
import { type Finding, failure } from "./finding.ts";

/** Replaces one credential in a document that is thrown away. @throws DocumentError */
export type Replacement = (into: CheckedSecret["current"]) => Replaced;

/**
 * Fields that would still hold an old value after a rotation. All credentials of the secret are replaced first: two
 * of them may hold the same value. Pure.
 */
export function copyFindings(
  { name, current }: CheckedSecret,
  replacements: readonly Replacement[],
): readonly Finding[] {
  let next = current;
  const replaced = replacements.flatMap((replacement) => {
    try {
      const credential = replacement(next);
      next = credential.document;
      return [credential];
    } catch (error) {
      // The checks of its type have found the same.
      if (error instanceof DocumentError) return [];
      throw error;
    }
  });
  return replaced.flatMap((credential) =>
    copiesOf(credential.value, current, next).map((field) =>
      failure(new CopyUndeclared(current.where, field, credential.name), name),
    ),
  );
}
