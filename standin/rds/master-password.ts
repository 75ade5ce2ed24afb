import { AwsError } from "../aws-error.ts";
import type { Database, Databases } from "./databases.ts";

/** The longest password (API reference, ModifyDBInstance; of clusters ModifyDBCluster). In characters. */
const longest: readonly (readonly [RegExp, number])[] = [
  [/^(mysql|mariadb)/, 41],
  [/^oracle/, 30],
  [/^db2/, 255],
];

/**
 * Asks for another master password.
 * @throws InvalidParameterValue, InvalidParameterCombination, InvalidDBInstanceState or InvalidDBClusterStateFault
 */
export function modify(databases: Databases, database: Database, password: string): void {
  const { definition, status, change } = database;
  const { kind, managedSecret, cluster } = definition;
  if (cluster !== undefined)
    throw new AwsError(
      "InvalidParameterCombination",
      "The specified DB Instance is a member of a cluster. Modify the master user password for the DB Cluster using the ModifyDbCluster API",
    );
  if (managedSecret !== undefined)
    throw new AwsError(
      "InvalidParameterCombination",
      "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled.",
    );
  requireAllowed(database, password);
  const isPending = change !== undefined && status === "available";
  if (status !== "available" && !isPending)
    throw kind === "instance"
      ? new AwsError("InvalidDBInstanceState", "Database instance is not in available state.")
      : new AwsError("InvalidDBClusterStateFault", "DBCluster is not in available state.");
  databases.change(database, password);
}

function requireAllowed({ definition: { kind, engine } }: Database, password: string): void {
  const [, most = 128] = longest.find(([pattern]) => pattern.test(engine)) ?? [];
  const maximum = kind === "cluster" ? 41 : most;
  const problem =
    password.length < 8
      ? "it is shorter than 8 characters"
      : password.length > maximum
        ? `it is longer than ${maximum} characters`
        : /^[\x21-\x7e]+$/.test(password) && !/[/"@]/.test(password)
          ? undefined
          : "only printable ASCII characters besides '/', '@', '\"', ' ' may be used";
  const message = `The parameter MasterUserPassword is not a valid password because ${problem}.`;
  if (problem !== undefined) throw new AwsError("InvalidParameterValue", message);
}
