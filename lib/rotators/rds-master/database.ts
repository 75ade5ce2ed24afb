import type { Secret } from "../../secret/secret.ts";

/** Where a database can be reached. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** `writer`: what is written there is written to the database. */
  readonly role: "writer" | "reader";
}

/** An instance or cluster as the API of RDS shows it. */
export interface DatabaseState {
  /** RDS's own word, e.g. `available`. */
  readonly status: string;
  /** A change of the master password is under way. */
  readonly isChanging: boolean;
  /** RDS's own word, e.g. `aurora-postgresql`. */
  readonly engine: string;
  readonly masterUsername: string;
  /** None while it is being created. */
  readonly endpoints: readonly Endpoint[];
  /** ARN of the secret in which RDS itself keeps and rotates the password. */
  readonly managedSecret?: string | undefined;
  /** What it copies: it has no password of its own. */
  readonly source?: string | undefined;
  /** The cluster that it belongs to, which has the password. */
  readonly cluster?: string | undefined;
}

/** One instance or cluster. Errors are RotationErrors: "cannot tell" is one, too. */
export interface Database {
  /** For messages, e.g. `the RDS instance main`. */
  readonly name: string;
  /** @throws DatabaseMissing */
  describe(signal: AbortSignal): Promise<DatabaseState>;
  /**
   * Asks for a change of the master password, which takes place later. Idempotent. Nothing else of the database changes.
   * @returns its state just after
   * @throws DatabaseBusy, MasterUnusable, DatabaseMissing when nothing was asked; after other errors it may have been
   */
  setMasterPassword(password: Secret<string>, signal: AbortSignal): Promise<DatabaseState>;
}
