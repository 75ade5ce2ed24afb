import type { Account } from "./account.ts";
import type { Consumer } from "./consumer.ts";
import type { Document, System } from "./system.ts";

/** One of the five systems: what it has, and what a rotation must make of it. */
export interface Example extends System {
  readonly title: string;
  /** The credentials in it that its rotation replaces. */
  readonly rotates: readonly Rotating[];
  /** The credentials that no type can rotate yet. */
  readonly notYet: readonly NotYet[];
  /** The fields that are no credentials, by secret: together with the others, these are all that there are. */
  readonly settings: Readonly<Record<string, readonly string[]>>;
  /** Makes servers' users, secrets and parameters as the system has them, and starts its application. */
  start(account: Account): Promise<readonly Consumer[]>;
  /** What else is wrong once the secret is settled. */
  afterwards?(account: Account, current: Document): Promise<readonly string[]>;
}

interface Rotating {
  /** All fields that change with it; the first one gives it its name. */
  readonly fields: readonly [string, ...string[]];
  /** For what a server knows: the login that a document holds. */
  readonly login?: (document: Document) => {
    readonly database: string;
    readonly username: string;
    readonly password: string;
  };
}

interface NotYet {
  /** Its name; default: the one that rotates. */
  readonly secret?: string;
  readonly fields: readonly [string, ...string[]];
  /** What would rotate it, for a reader. */
  readonly type: string;
}
