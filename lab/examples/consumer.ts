import type { Attempt } from "../consumer/messages.ts";
import type { Document } from "./system.ts";

/** An application of an example, as it runs. */
export interface Consumer extends AsyncDisposable {
  /** Whether nothing is being deployed. */
  isQuiet(): Promise<boolean>;
  /** Once a new value is current: a person restarts what nobody else restarts. */
  restart?(): Promise<void>;
  /** Once the secret is settled: how the application came to its current value. */
  verdict(current: Document): Promise<Verdict>;
  /** Logins and calls of all its processes, the replaced ones included. */
  readonly attempts: readonly Attempt[];
}

export interface Verdict {
  /** Services that settlement replaced since the last verdict. */
  readonly rolled: number;
  /** What went wrong. */
  readonly problems: readonly string[];
}
