import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { Members } from "../xml.ts";
import type { DatabaseDefinition, Databases } from "./databases.ts";
import { modify } from "./master-password.ts";
import { operation, page, pageFields } from "./operation.ts";
import { cluster, instance, proxy, proxyEndpoints } from "./shown.ts";

const id = z.string().regex(/^[A-Za-z](-?[A-Za-z0-9])*$/);
const ApplyImmediately = z.enum(["true", "false"]).optional();
const change = { MasterUserPassword: z.string(), ApplyImmediately };

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/ */
export function rds(databases: Databases): Operations {
  const these = (kind: DatabaseDefinition["kind"], named: string | undefined) =>
    named === undefined
      ? databases.all.filter(({ definition }) => definition.kind === kind)
      : [databases.find(kind, named)];
  return {
    DescribeDBInstances: operation(
      z.strictObject({ DBInstanceIdentifier: id.optional(), ...pageFields }),
      ({ DBInstanceIdentifier, ...asked }) => {
        const { items, ...rest } = page(these("instance", DBInstanceIdentifier), asked);
        const shown = items.map((each) => instance(each, databases));
        return { DBInstances: new Members("DBInstance", shown), ...rest };
      },
    ),
    DescribeDBClusters: operation(
      z.strictObject({ DBClusterIdentifier: id.optional(), ...pageFields }),
      ({ DBClusterIdentifier, ...asked }) => {
        const { items, ...rest } = page(these("cluster", DBClusterIdentifier), asked);
        const shown = items.map((each) => cluster(each, databases));
        return { DBClusters: new Members("DBCluster", shown), ...rest };
      },
    ),
    ModifyDBInstance: operation(
      z.strictObject({ DBInstanceIdentifier: id, ...change }),
      ({ DBInstanceIdentifier, MasterUserPassword }) => {
        const database = databases.find("instance", DBInstanceIdentifier);
        modify(databases, database, MasterUserPassword);
        return { DBInstance: instance(database, databases) };
      },
    ),
    ModifyDBCluster: operation(
      z.strictObject({ DBClusterIdentifier: id, ...change }),
      ({ DBClusterIdentifier, MasterUserPassword }) => {
        const database = databases.find("cluster", DBClusterIdentifier);
        modify(databases, database, MasterUserPassword);
        return { DBCluster: cluster(database, databases) };
      },
    ),
    ...proxies(databases),
  };
}

function proxies(databases: Databases): Operations {
  const named = (name: string | undefined) => {
    const found = databases.proxies.filter((each) => name === undefined || each.name === name);
    if (found.length > 0 || name === undefined) return found;
    throw new AwsError("DBProxyNotFoundFault", `DBProxy ${name} not found.`, 404);
  };
  return {
    DescribeDBProxies: operation(
      z.strictObject({ DBProxyName: id.optional(), ...pageFields }),
      ({ DBProxyName, ...asked }) => {
        const { items, ...rest } = page(named(DBProxyName), asked);
        return { DBProxies: items.map((each) => proxy(each, databases)), ...rest };
      },
    ),
    DescribeDBProxyEndpoints: operation(
      z.strictObject({ DBProxyName: id.optional(), ...pageFields }),
      ({ DBProxyName, ...asked }) => {
        const all = named(DBProxyName).flatMap((each) => proxyEndpoints(each, databases));
        const { items, ...rest } = page(all, asked);
        return { DBProxyEndpoints: items, ...rest };
      },
    ),
  };
}
