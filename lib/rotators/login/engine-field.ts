import type { SecretDocument } from "../../secret/document.ts";
import { EngineMismatch } from "./errors.ts";
import type { LoginSpec } from "./login.ts";

/**
 * Whether the document's `engine` names the type's engine, or without one the scheme of its URLs. Rotations of AWS write
 * the field; other programs use it for a driver of theirs, so a type that the manifest declares wins.
 * @param names in lower case
 * @throws EngineMismatch
 */
export function checkEngine(
  document: SecretDocument,
  spec: LoginSpec,
  names: readonly string[],
): void {
  if (spec.isTypeDeclared) return;
  for (const [what, name] of statedIn(document, spec))
    if (!names.includes(plainName(name)))
      throw new EngineMismatch(document.where, `${what} ${JSON.stringify(name)}`, spec.type);
}

/** Whether the document says that it is this engine's: a document that says nothing is not. @param names in lower case */
export function isOfEngine(
  document: SecretDocument,
  spec: LoginSpec,
  names: readonly string[],
): boolean {
  const stated = statedIn(document, spec);
  return stated.length > 0 && stated.every(([, name]) => names.includes(plainName(name)));
}

/** What the document calls its engine, and where. */
function statedIn(
  document: SecretDocument,
  spec: LoginSpec,
): readonly (readonly [string, string])[] {
  const engine = document.readFilled("engine");
  return engine === undefined ? schemesOf(document, spec) : [["engine", engine]];
}

/** The last one of each URL: `postgresql` of `jdbc:aws-wrapper:postgresql://…`. */
function schemesOf(document: SecretDocument, { urls }: LoginSpec) {
  return urls.flatMap((field) => {
    const scheme = /^(?:[a-z][a-z0-9+.-]*:)*([a-z][a-z0-9+.-]*):\/\//i.exec(
      document.read(field) ?? "",
    );
    return scheme?.[1] ? [["a URL of scheme", scheme[1]] as const] : [];
  });
}

/** Of `postgresql+psycopg2` (SQLAlchemy), `django.db.backends.postgresql` and `PostgreSQL`: `postgresql`. */
const plainName = (engine: string): string =>
  engine
    .trim()
    .toLowerCase()
    .replace(/\+.*$/, "")
    .replace(/^.*\.backends\./, "");
