import type { Context } from "../context/context.ts";
import { Documents } from "../rotation/documents.ts";
import { entryOf, type RotationPorts, stepContext } from "../rotation/rotate.ts";
import { DocumentError } from "../secret/errors.ts";
import type { SecretState } from "../secret/store.ts";

export type ProbePorts = Pick<RotationPorts, "store" | "manifest" | "credential">;

/** What it takes to log in with what a version of a secret holds. */
export async function probing(
  version: string,
  secret: SecretState,
  ports: ProbePorts,
  context: Context,
) {
  const { store } = ports;
  const { credentials: specs, shape } = entryOf(secret, ports.manifest);
  return {
    documents: new Documents({ secret, shape, store, context }),
    credentials: await Promise.all(specs.map(ports.credential)),
    step: stepContext({ secret, token: version }, store, context),
  };
}

/** For `catch`, once every live version was read: nobody connected with a version that cannot be read or compared. */
export function elsewhere(error: unknown): { readonly elsewhere: true } {
  if (error instanceof DocumentError) return { elsewhere: true };
  throw error;
}
