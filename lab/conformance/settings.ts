/** Ahead of the name of everything that a run makes. */
export const PREFIX = "qt-conformance";

/** The RDS instance that the stand-in has. */
export const standinDatabase = `${PREFIX}-standin`;

/** The ElastiCache user that the stand-in has. */
export const standinCacheUser = `${PREFIX}-standin`;

/** The ElastiCache replication group that the stand-in has. */
export const standinReplicationGroup = `${PREFIX}-standin`;

const VARIABLE = "CONFORMANCE";

/** What the command tells the processes that try the facts, in which case they run on an account. */
export interface AccountSettings {
  /** Eight letters and digits, in every name. */
  readonly run: string;
  readonly region: string;
  /** The file that each secret's name is written to, ahead of its creation. */
  readonly journal: string;
  /** Subnets for one small Fargate task; empty: none runs. */
  readonly subnets: readonly string[];
  /** The identifier of an RDS instance whose master password may be changed. */
  readonly database?: string | undefined;
  /** The id of an ElastiCache user whose passwords may be changed. */
  readonly cacheUser?: string | undefined;
  /** The id of an ElastiCache replication group whose AUTH token may be changed. */
  readonly replicationGroup?: string | undefined;
  /** Whether a trail records management events: without one, EventBridge gets no events of rotations. */
  readonly hasTrail: boolean;
  /** How long to look for another attempt of a failed rotation, in milliseconds. */
  readonly retryPatienceMs: number;
}

export const environmentOf = (settings: AccountSettings): Record<string, string> => ({
  [VARIABLE]: JSON.stringify(settings),
});

/** Undefined where facts are tried on the stand-in. */
export function accountSettings(env = process.env): AccountSettings | undefined {
  const text = env[VARIABLE];
  return text ? (JSON.parse(text) as AccountSettings) : undefined;
}
