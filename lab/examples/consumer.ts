import type { Document } from "./system.ts";

/** An application of an example, as it runs. */
export interface Consumer extends AsyncDisposable {
  /** Once the secret is settled: brings the new value to what settlement does not reach. */
  renew(): Promise<void>;
  /** Once all is renewed. */
  verdict(current: Document): Promise<ConsumerVerdict>;
}

export interface ConsumerVerdict {
  /** Services that settlement replaced. */
  readonly rolled: number;
  /** Logins of all its processes, the replaced ones included. */
  readonly failed: number;
  /** What went wrong. */
  readonly problems: readonly string[];
}
