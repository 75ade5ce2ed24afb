import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
} from "@aws-sdk/client-rds";
import { callAws, type Send } from "../../aws/failures.ts";
import type { Secret } from "../../secret/secret.ts";
import type { Database, DatabaseState } from "./database.ts";
import { DatabaseMissing } from "./errors.ts";
import { explained } from "./failures.ts";
import { type DatabaseName, databaseName } from "./spec.ts";
import { ofCluster, ofInstance } from "./state.ts";

/**
 * A database through the API of RDS. To instances `ApplyImmediately` is not sent: a password is changed at once without it,
 * and with it everything else that waits for the maintenance window would be, too (API reference, ModifyDBInstance). To
 * clusters it is: there it is about this request alone (ModifyDBCluster), and without it a password has waited for the
 * window (hashicorp/terraform-provider-aws#3220), although the reference says by now that it does not.
 */
export class RdsDatabase implements Database {
  readonly name: string;
  readonly #database: DatabaseName;
  readonly #client: () => RDSClient;

  constructor(database: DatabaseName, client: () => RDSClient) {
    this.name = databaseName(database);
    this.#database = database;
    this.#client = client;
  }

  async describe(signal: AbortSignal): Promise<DatabaseState> {
    const { kind, id } = this.#database;
    const client = this.#client();
    const state =
      kind === "cluster"
        ? await this.#call("DescribeDBClusters", signal, async (options) => {
            const command = new DescribeDBClustersCommand({ DBClusterIdentifier: id });
            return ofCluster((await client.send(command, options)).DBClusters?.[0]);
          })
        : await this.#call("DescribeDBInstances", signal, async (options) => {
            const command = new DescribeDBInstancesCommand({ DBInstanceIdentifier: id });
            return ofInstance((await client.send(command, options)).DBInstances?.[0]);
          });
    if (state) return state;
    throw new DatabaseMissing(this.name);
  }

  async setMasterPassword(password: Secret<string>, signal: AbortSignal): Promise<DatabaseState> {
    const { kind, id } = this.#database;
    const client = this.#client();
    const MasterUserPassword = password.reveal();
    const state =
      kind === "cluster"
        ? await this.#call("ModifyDBCluster", signal, async (options) => {
            const input = { DBClusterIdentifier: id, MasterUserPassword, ApplyImmediately: true };
            const command = new ModifyDBClusterCommand(input);
            return ofCluster((await client.send(command, options)).DBCluster);
          })
        : await this.#call("ModifyDBInstance", signal, async (options) => {
            const input = { DBInstanceIdentifier: id, MasterUserPassword };
            const command = new ModifyDBInstanceCommand(input);
            return ofInstance((await client.send(command, options)).DBInstance);
          });
    return state ?? this.describe(signal);
  }

  #call<T>(action: string, signal: AbortSignal, send: Send<T>): Promise<T> {
    return callAws(`rds:${action}`, this.name, signal, send, explained);
  }
}
