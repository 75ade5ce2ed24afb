import type { CredentialSpec } from "../credentials/credential.ts";

/** rotation.yml as it is compiled into the functions: checked, with every default filled in. */
export interface Manifest {
  /** By the secret's name or ARN. */
  readonly secrets: Readonly<Record<string, SecretEntry>>;
}

interface SecretEntry {
  readonly credentials: readonly CredentialSpec[];
}
