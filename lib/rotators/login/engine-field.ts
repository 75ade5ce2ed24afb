import type { SecretDocument } from "../../secret/document.ts";
import { EngineMismatch } from "./errors.ts";
import type { LoginSpec } from "./login.ts";

/**
 * Whether the document's `engine` names the type's engine. Rotations of AWS write it; other programs use the field
 * for a driver of theirs, so a type that the manifest declares wins.
 * @param names in lower case
 * @throws EngineMismatch
 */
export function checkEngine(
  document: SecretDocument,
  spec: LoginSpec,
  names: readonly string[],
): void {
  const engine = spec.isTypeDeclared ? undefined : document.readFilled("engine");
  if (engine === undefined) return;
  if (!names.includes(plainName(engine)))
    throw new EngineMismatch(document.where, engine, spec.type);
}

/** Of `postgresql+psycopg2` (SQLAlchemy), `django.db.backends.postgresql` and `PostgreSQL`: `postgresql`. */
const plainName = (engine: string): string =>
  engine
    .trim()
    .toLowerCase()
    .replace(/\+.*$/, "")
    .replace(/^.*\.backends\./, "");
