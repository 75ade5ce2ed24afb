import type { z } from "zod";

/**
 * A key of rotation.yml that a type of consumers brings, of a secret and of the defaults: it lists where consumers
 * may be rolled, by name or ARN. The manifest keeps it in `SecretEntry.consumers`.
 */
export interface ScopeKey {
  /** With its description, for editors. */
  readonly schema: z.ZodType<readonly string[]>;
  /** What is wrong with a name or ARN in which the stage is filled in; `undefined` if nothing is. */
  problem(name: string): string | undefined;
}
