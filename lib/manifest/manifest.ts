import type { CredentialSpec } from "../credentials/credential.ts";

/** rotation.yml as it is compiled into the functions: checked, with every default filled in. */
export interface Manifest {
  /** By the secret's name or ARN. */
  readonly secrets: Readonly<Record<string, SecretEntry>>;
}

export interface SecretEntry {
  /** Where ECS consumers are looked for and may be rolled: names or ARNs. */
  readonly clusters: readonly string[];
  /** How long consumers that nobody sees get, in milliseconds; absent: by what is seen. */
  readonly grace?: number | undefined;
  /** When an unsettled secret alerts, in milliseconds after its promotion. */
  readonly deadline: number;
  readonly credentials: readonly CredentialSpec[];
}
