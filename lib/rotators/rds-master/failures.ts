import { DatabaseBusy, DatabaseMissing, MasterUnusable } from "./errors.ts";

/**
 * What RDS answers, by the error's name alone: bundles have no classes of errors, whose names end with `Fault`. Messages
 * are not read, because they may echo the input.
 */
const reasons: readonly (readonly [RegExp, (database: string) => Error])[] = [
  [/^DB(Instance|Cluster)NotFound/, (database) => new DatabaseMissing(database)],
  [/^InvalidDB(Instance|Cluster)State/, (database) => new DatabaseBusy(database, "not available")],
  [
    /^KMSKeyNotAccessible/,
    (database) =>
      new MasterUnusable(
        database,
        "RDS cannot use its KMS key",
        "Enable the key, and let RDS and the function's role use it.",
      ),
  ],
  [
    /^InvalidParameter(Value|Combination)/,
    (database) =>
      new MasterUnusable(
        database,
        "RDS refuses the request (InvalidParameter)",
        "Look at the database in the RDS console: RDS may manage its password itself, it may be a replica or a tenant, or its engine may allow other passwords than password in rotation.yml makes.",
      ),
  ],
];

/** @returns what was thrown, where it is none of RDS's own answers */
export function explained(thrown: unknown, database: string): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { name } = thrown;
  return reasons.find(([pattern]) => pattern.test(name))?.[1](database) ?? thrown;
}
