import type { CredentialSpec } from "./manifest/type.ts";
import type { Credential } from "./rotation/credential.ts";
import { UnknownType } from "./rotation/errors.ts";

/**
 * What a type is at run time. The manifest gives a rotator only specs of its own type, so that each may declare the
 * spec that it knows (parameters of methods are bivariant).
 */
export interface Rotator {
  credential(spec: CredentialSpec): Credential;
}

/**
 * THE list of types at run time. Each is loaded when a secret needs it, because a cold start pays for its driver;
 * and a bundle holds only those that its manifest names (build/types-plugin.ts).
 */
export const rotators = {
  postgres: async () => (await import("./rotators/postgres/rotator.ts")).rotator,
  generated: async () => (await import("./rotators/generated/rotator.ts")).rotator,
} satisfies Readonly<Record<string, () => Promise<Rotator>>>;

export type TypeName = keyof typeof rotators;

const isTypeName = (type: string): type is TypeName => Object.hasOwn(rotators, type);

/** @throws UnknownType when the manifest was compiled for other functions than these */
export async function loadCredential(spec: CredentialSpec): Promise<Credential> {
  if (!isTypeName(spec.type)) throw new UnknownType(spec.type);
  const rotator: Rotator = await rotators[spec.type]();
  return rotator.credential(spec);
}
