import type { CredentialSpec } from "./manifest/type.ts";
import { CredentialByDocument } from "./rotation/by-document.ts";
import type { Credential } from "./rotation/credential.ts";
import { UnknownType } from "./rotation/errors.ts";
import type { SecretDocument } from "./secret/document.ts";

/**
 * What a type is at run time. The manifest gives a rotator only specs of its own type, so that each may declare the
 * spec that it knows (parameters of methods are bivariant).
 */
export interface Rotator {
  /** @param other the one that `spec.uses` names */
  credential(spec: CredentialSpec, other?: object): Credential;
  /** Whether a secret without a declared type says that it needs this one. Absent: no secret can. */
  isNamedIn?(document: SecretDocument, spec: CredentialSpec): boolean;
}

/**
 * THE list of types at run time. Each is loaded when a secret needs it, because a cold start pays for its driver;
 * and a bundle holds only those that its manifest names (build/types-plugin.ts).
 */
export const rotators = {
  postgres: async () => (await import("./rotators/postgres/rotator.ts")).rotator,
  mariadb: async () => (await import("./rotators/mariadb/rotator.ts")).rotator,
  mysql: async () => (await import("./rotators/mysql/rotator.ts")).rotator,
  redis: async () => (await import("./rotators/redis/rotator.ts")).rotator,
  "rds-master": async () => (await import("./rotators/rds-master/rotator.ts")).rotator,
  elasticache: async () => (await import("./rotators/elasticache/rotator.ts")).rotator,
  "elasticache-auth-token": async () =>
    (await import("./rotators/elasticache-auth-token/rotator.ts")).rotator,
  memorydb: async () => (await import("./rotators/memorydb/rotator.ts")).rotator,
  mongodb: async () => (await import("./rotators/mongodb/rotator.ts")).rotator,
  atlas: async () => (await import("./rotators/atlas/rotator.ts")).rotator,
  generated: async () => (await import("./rotators/generated/rotator.ts")).rotator,
  supplied: async () => (await import("./rotators/supplied/rotator.ts")).rotator,
  iam: async () => (await import("./rotators/iam/rotator.ts")).rotator,
  http: async () => (await import("./rotators/http/rotator.ts")).rotator,
} satisfies Readonly<Record<string, () => Promise<Rotator>>>;

export type TypeName = keyof typeof rotators;

const isTypeName = (type: string): type is TypeName => Object.hasOwn(rotators, type);

/** @throws UnknownType when the manifest was compiled for other functions than these */
export async function loadCredential(spec: CredentialSpec): Promise<Credential> {
  if (!spec.alternatives) return credentialOf(spec);
  return new CredentialByDocument(spec.traits, await byDocument(spec, credentialOf));
}

async function credentialOf(spec: CredentialSpec): Promise<Credential> {
  const [rotator, other] = await Promise.all([loadRotator(spec.type), otherRotator(spec)]);
  return rotator.credential(spec, other);
}

/**
 * Opens every type that a secret may have, because documents are asked at once.
 * @returns what was opened for the type that a document names; where it names none, for the one of the manifest
 * @throws UnknownType
 */
export async function byDocument<Opened>(
  spec: CredentialSpec,
  open: (spec: CredentialSpec) => Promise<Opened>,
): Promise<(document: SecretDocument) => Opened> {
  const alternative = async (type: string) => {
    const its = { ...spec, type };
    const [rotator, opened] = await Promise.all([loadRotator(type), open(its)]);
    return { isNamedIn: (document: SecretDocument) => rotator.isNamedIn?.(document, its), opened };
  };
  const [usual, ...alternatives] = await Promise.all([
    open(spec),
    ...(spec.alternatives ?? []).map(alternative),
  ]);
  return (document) => alternatives.find((each) => each.isNamedIn(document))?.opened ?? usual;
}

/** The rotator that this credential works with, if any. @throws UnknownType */
export async function otherRotator({ uses }: CredentialSpec): Promise<Rotator | undefined> {
  return uses === undefined ? undefined : loadRotator(uses);
}

async function loadRotator(type: string): Promise<Rotator> {
  if (!isTypeName(type)) throw new UnknownType(type);
  return rotators[type]();
}
