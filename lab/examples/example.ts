import type { Account } from "./account.ts";
import type { Consumer } from "./consumer.ts";
import type { Issuer } from "./issuer.ts";
import type { Document, System } from "./system.ts";

/** One of the five systems: what it has, and what a rotation must make of it. */
export interface Example extends System {
  readonly title: string;
  /** The credentials in it that its rotations replace. */
  readonly rotates: readonly Rotating[];
  /** The fields that are no credentials, by secret: together with the others, these are all that there are. */
  readonly settings: Readonly<Record<string, readonly string[]>>;
  /** Makes servers' users, keys, secrets and parameters as the system has them, and starts its application. */
  start(account: Account): Promise<readonly Consumer[]>;
  /** What else is wrong once everything is settled. */
  afterwards?(account: Account, current: Document): Promise<readonly string[]>;
}

export interface Rotating {
  /** Its name; default: the system's. */
  readonly secret?: string;
  /** All fields that change with it, or are added; the first one gives it its name. */
  readonly fields: readonly [string, ...string[]];
  /** For what a server knows: the login that a document holds. */
  readonly login?: (document: Document) => {
    readonly database: string;
    readonly username: string;
    readonly password: string;
  };
  /** For a key: who issues it. */
  readonly issuer?: Issuer;
  /** What stands in for its server, where that is not the one that it would be. */
  readonly on?: string;
  /** Its issuer takes what an application sends without a word, so that calls would show nothing. */
  readonly isUnanswered?: boolean;
  /** A person makes the new key and hands it over; other keys are replaced by a rotation. */
  readonly isSupplied?: boolean;
  /** A person deletes the old key when on-call is asked to. */
  readonly isDeletedByHand?: boolean;
}
