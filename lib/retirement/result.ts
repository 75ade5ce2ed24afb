import type { Failure } from "../errors.ts";
import type { LiveLabel } from "./live.ts";

/** The result of an action; numbers are sums over the secret's credentials. */
export interface RetireResult {
  readonly outcome: "done";
  /** The secret's name. */
  readonly secret: string;
  /** Whether the old credential still works, in whole or in part. */
  readonly accepted?: boolean;
  /** `null` if the server cannot tell them from those of the new credential. */
  readonly sessions?: number | null;
  readonly ended?: number;
  /** The live version that holds the old credential, which was not touched. */
  readonly heldBy?: LiveLabel;
  /** Its retirement takes a while: for what it waits. */
  readonly waiting?: string;
  /** With `waiting`: whether all of it is refused by now. */
  readonly refused?: boolean;
  /** With `waiting`: what a person must do. */
  readonly task?: Failure;
  /** The version has no value, or leads to another server or user than AWSCURRENT: nobody connected there. */
  readonly elsewhere?: true;
  /** Whether each credential of the version works. */
  readonly works?: boolean;
  /** The one that does not. */
  readonly credential?: string;
}
