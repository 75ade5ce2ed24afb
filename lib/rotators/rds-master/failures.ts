import { explaining } from "../login/aws-answers.ts";
import { DatabaseBusy, DatabaseMissing, MasterUnusable } from "./errors.ts";

/** What RDS answers; its names of errors end with `Fault`. */
export const explained = explaining([
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
        "Look at the database in the RDS console: RDS may manage its password itself, it may be a replica or a tenant, or its engine may not allow the passwords that password in rotation.yml makes.",
      ),
  ],
]);
