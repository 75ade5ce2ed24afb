import type { CredentialSpec } from "./manifest/type.ts";
import type { TypeName } from "./registry.ts";
import type { LoginSpec } from "./rotators/login/login.ts";

/** Another secret that a credential needs to read, and its key if it has one of its own. */
export interface ReadSecret {
  /** Its name or ARN. */
  readonly secret: string;
  readonly kmsKey?: string | undefined;
}

/** What a type is when the manifest is compiled and deployed. */
export interface CredentialType {
  /** Other secrets that a credential of this type reads, e.g. an administrator's. */
  reads(spec: CredentialSpec): readonly ReadSecret[];
}

const login = { reads: ({ admin }: LoginSpec) => (admin ? [admin] : []) };

/** THE list of types at build time. */
export const types = {
  postgres: login,
  generated: { reads: () => [] },
} satisfies Record<TypeName, CredentialType>;

/** @returns `undefined` for a type that does not exist */
export function typeOf({ type }: CredentialSpec): CredentialType | undefined {
  const known: Readonly<Record<string, CredentialType>> = types;
  return Object.hasOwn(known, type) ? known[type] : undefined;
}
