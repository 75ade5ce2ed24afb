import type { LoginSpec } from "../login/login.ts";

/** The AUTH token of a replication group of ElastiCache. */
export interface AuthTokenSpec extends LoginSpec {
  /** The id of the group, in lower case as ElastiCache keeps it. */
  readonly replicationGroup: string;
}
