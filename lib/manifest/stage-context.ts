import type { SecretFile } from "./file.ts";
import type { HomeGuard } from "./home.ts";
import type { Defaults } from "./keys.ts";
import type { Layers } from "./layers.ts";
import type { ManifestSchema } from "./schema.ts";
import type { Source } from "./source.ts";

/** What a secret is completed with. */
export interface StageContext {
  readonly source: Source;
  readonly schema: ManifestSchema;
  readonly stage: string;
  readonly defaults: Layers<Defaults>;
  /** Whether the defaults have their form; without them nothing can be completed. */
  readonly isSound: boolean;
  kmsKeyOf(secret: string): string | undefined;
  readonly oneHome: HomeGuard;
}

/** A secret of the file in one stage. */
export interface NamedSecret extends SecretFile {
  /** Its name or ARN in this stage. */
  readonly name: string;
}
