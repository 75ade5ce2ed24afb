/** One login of the consumer: epoch milliseconds with fractions, and a code where it failed. */
export interface Attempt {
  /** Before the secret is read. */
  startedAt: number;
  /** After the server's answer to the query, or the failure. */
  endedAt: number;
  /** The SQLSTATE, Node's or OpenSSL's code, or the name of the SDK's error. */
  code?: string;
  /** The key that was used, if it was not a login. */
  of?: string;
}

/** The consumer answers a `sync` once the attempt under way is reported. */
export type ToConsumer = { sync: number };
export type FromConsumer = { attempt: Attempt } | { sync: number };
