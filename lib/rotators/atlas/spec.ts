import type { LoginSpec } from "../login/login.ts";

/** A database user of an Atlas project. */
export interface AtlasSpec extends LoginSpec {
  /** The id of the project (Atlas also says "group"): 24 hexadecimal digits. */
  readonly project: string;
}
