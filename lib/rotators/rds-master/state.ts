import type { DBCluster, DBInstance } from "@aws-sdk/client-rds";
import type { DatabaseState, Endpoint } from "./database.ts";

const resetting = "resetting-master-credentials";

/** @returns `undefined` without an instance */
export function ofInstance(instance: DBInstance | undefined): DatabaseState | undefined {
  if (!instance) return undefined;
  const { DBInstanceStatus: status = "unknown", PendingModifiedValues: pending } = instance;
  const { Address: host, Port: port } = instance.Endpoint ?? {};
  return {
    status,
    isChanging: status === resetting || pending?.MasterUserPassword !== undefined,
    engine: instance.Engine ?? "unknown",
    masterUsername: instance.MasterUsername ?? "",
    endpoints: host !== undefined && port !== undefined ? [{ host, port, role: "writer" }] : [],
    managedSecret: instance.MasterUserSecret?.SecretArn,
    source:
      instance.ReadReplicaSourceDBInstanceIdentifier ||
      instance.ReadReplicaSourceDBClusterIdentifier ||
      undefined,
    cluster: instance.DBClusterIdentifier || undefined,
  };
}

/** @returns `undefined` without a cluster */
export function ofCluster(cluster: DBCluster | undefined): DatabaseState | undefined {
  if (!cluster) return undefined;
  const { Status: status = "unknown", PendingModifiedValues: pending, Port: port } = cluster;
  const at = (role: Endpoint["role"]) => (host: string | undefined) =>
    host !== undefined && port !== undefined ? [{ host, port, role }] : [];
  return {
    status,
    isChanging: status === resetting || pending?.MasterUserPassword !== undefined,
    engine: cluster.Engine ?? "unknown",
    masterUsername: cluster.MasterUsername ?? "",
    endpoints: [...at("writer")(cluster.Endpoint), ...at("reader")(cluster.ReaderEndpoint)],
    managedSecret: cluster.MasterUserSecret?.SecretArn,
    source: cluster.ReplicationSourceIdentifier || undefined,
  };
}
