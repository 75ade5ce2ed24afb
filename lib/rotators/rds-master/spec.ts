import type { LoginSpec } from "../login/login.ts";
import type { EngineName } from "./engines.ts";

/** An instance or a cluster of RDS. */
export interface DatabaseName {
  readonly kind: "instance" | "cluster";
  /** Its identifier, in lower case as RDS keeps it. */
  readonly id: string;
}

/** The master user of a database of RDS. */
export interface MasterSpec extends LoginSpec {
  readonly database: DatabaseName;
  readonly engine: EngineName;
  /** What shows that a password is in force: a login, or that the API says that nothing is under way any more. */
  readonly proof: "login" | "api";
}

/** For messages: `the RDS instance main`. */
export const databaseName = ({ kind, id }: DatabaseName): string => `the RDS ${kind} ${id}`;
