import type { StandingProblem } from "../alerts/problem.ts";
import type { RotationError } from "../errors.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import type { Probed } from "../watch/prober.ts";
import type { Note } from "./note.ts";
import type { Working } from "./ports.ts";

/** What brings one secret of an emergency nearer to its end. `says`: in whole sentences, for whoever has to say yes. */
export type Step = {
  readonly says?: string;
} /** To be remembered before anything is changed. */ & (
  | { readonly kind: "note"; readonly note: Note }
  /** AWSPENDING of a rotation that must not be waited for is taken off. */
  | { readonly kind: "clear"; readonly pending: string }
  /** RotateSecret, with the function and the schedule of the manifest. */
  | { readonly kind: "start"; readonly token: string }
  /** CancelRotateSecret: the schedule was off before, or is to stay off. */
  | { readonly kind: "suspend" }
  /** The schedule is switched on again, and nothing rotates. */
  | { readonly kind: "resume" }
  /** AWSPENDING goes to the version that is brought back: while it has it, it is not retired, and no rotation starts. */
  | { readonly kind: "hold"; readonly version: string }
  /** AWSCURRENT moves to a version that works. */
  | { readonly kind: "move"; readonly from: string; readonly to: string }
  /** To be known before anything else is decided. */
  | { readonly kind: "ask"; readonly question: Question }
  /** Somebody else is at work. */
  | { readonly kind: "stay" /** Without a full stop. */; readonly why: string }
  /** A rotation is under way; asked to start again it is tried again, should it have stopped. */
  | { readonly kind: "wait"; readonly token: string }
  /** Promoted; settlement ends the old credential and rolls the consumers. */
  | { readonly kind: "settling"; readonly promoted: string; readonly unfinished: readonly string[] }
  | { readonly kind: "done"; readonly note?: Note }
  | { readonly kind: "refuse"; readonly error: RotationError }
);

/** Whether AWSCURRENT works; what on-call was told of the secret; whether a version could be AWSCURRENT. */
export type Question = "current" | "problems" | { readonly version: string };

/** What was asked in this look, and answered. */
export interface Facts {
  readonly current?: Probed | undefined;
  readonly problems?: readonly StandingProblem[] | undefined;
  readonly versions: ReadonlyMap<string, Working>;
  /** Settlement was asked to look at the secret at once. */
  readonly isSettling: boolean;
}

/** What is asked of one secret. */
export interface Wish {
  readonly action: "rotate" | "leaked" | "rollback" | "repair";
  readonly id: string;
  /** When somebody asked for it: what is noted from before is an earlier run's. */
  readonly askedAt: Date;
  /** What leaked; absent: what AWSCURRENT holds. */
  readonly version?: string | undefined;
  /** Keys that leaked are revoked before there are new ones; default: afterwards. */
  readonly revokeFirst?: boolean;
  /** A repair may end sessions. */
  readonly endSessions: boolean;
  readonly entry: SecretEntry;
  /** ARNs of the functions of this stack that rotate. */
  readonly ours: readonly string[];
  readonly now: Date;
}
