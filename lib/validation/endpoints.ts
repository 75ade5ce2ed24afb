/** What a host is, by the lists of RDS. */
export interface EndpointRole {
  /** `proxy`: a proxy's; `reader`: of a cluster, for reading alone; `replica`: of an instance that copies another one. */
  readonly kind: "proxy" | "reader" | "replica";
  /** For messages, e.g. `the RDS cluster main`. */
  readonly of: string;
  /** Where the same database can be written, if that shows: a host. */
  readonly writer?: string | undefined;
}

/** The databases and proxies of RDS in the account and Region. */
export interface Endpoints {
  /** `undefined`: RDS does not know this host, or what is written there is written to the database. */
  roleOf(host: string, signal: AbortSignal): Promise<EndpointRole | undefined>;
  /** Names of the proxies that log in with this secret. @param secret its ARN */
  proxiesWith(secret: string, signal: AbortSignal): Promise<readonly string[]>;
}
