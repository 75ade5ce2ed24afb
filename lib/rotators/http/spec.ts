import type { CredentialSpec } from "../../manifest/type.ts";
import type { KeySpec } from "../key/key.ts";
import type { Preset } from "./schema.ts";

/** A key of a provider that a preset describes, as the manifest completes it. */
export interface HttpSpec extends KeySpec {
  readonly type: "http";
  readonly preset: Preset;
  /** Those that the manifest names, and the preset's defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Host names by the short names of the preset. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Absent: the key of AWSCURRENT acts. */
  readonly admin?: AdminSecret | undefined;
}

export const isHttpSpec = (spec: CredentialSpec): spec is HttpSpec => spec.type === "http";

interface AdminSecret {
  /** Name or ARN. */
  readonly secret: string;
  /** The ARN of its KMS key, if it has one of its own. */
  readonly kmsKey?: string | undefined;
  /** The field for each part that the preset names; absent: the part's own name. */
  readonly fields: Readonly<Record<string, string>>;
}
