import type { LoginSpec } from "../login/login.ts";

/** A user of ElastiCache or MemoryDB. */
export interface AclUserSpec extends LoginSpec {
  /** By which the API knows it: the id in ElastiCache, the name in MemoryDB. */
  readonly user: string;
}
