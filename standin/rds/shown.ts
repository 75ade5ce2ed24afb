import { Members } from "../xml.ts";
import type { Database, Databases, ProxyDefinition } from "./databases.ts";

/** The password is never shown (API reference, PendingModifiedValues). */
const pending = ({ change }: Database) => (change ? { MasterUserPassword: "****" } : {});

const managed = ({ definition: { managedSecret } }: Database) =>
  managedSecret === undefined
    ? undefined
    : { SecretArn: managedSecret, SecretStatus: "active", KmsKeyId: "alias/aws/secretsmanager" };

const arn = ({ region, accountId }: Databases["home"], resource: string) =>
  `arn:aws:rds:${region}:${accountId}:${resource}`;

export function instance(database: Database, { home, all }: Databases): object {
  const { definition, status } = database;
  const { id, engine, masterUsername, host, port, cluster, source } = definition;
  const replicas = all.flatMap(({ definition: each }) =>
    each.kind === "instance" && each.source === id ? [each.id] : [],
  );
  return {
    DBInstanceIdentifier: id,
    DBInstanceClass: "db.t4g.micro",
    Engine: engine,
    DBInstanceStatus: status,
    MasterUsername: masterUsername,
    Endpoint: { Address: host, Port: port },
    PendingModifiedValues: pending(database),
    ReadReplicaSourceDBInstanceIdentifier: source,
    ReadReplicaDBInstanceIdentifiers: new Members("ReadReplicaDBInstanceIdentifier", replicas),
    DBClusterIdentifier: cluster,
    DBInstanceArn: arn(home, `db:${id}`),
    MasterUserSecret: managed(database),
  };
}

export function cluster(database: Database, { home, all }: Databases): object {
  const { definition, status } = database;
  const { id, engine, masterUsername, host, port, readerHost, source } = definition;
  const members = all.flatMap(({ definition: each }) => (each.cluster === id ? [each.id] : []));
  return {
    DBClusterIdentifier: id,
    Engine: engine,
    Status: status,
    MasterUsername: masterUsername,
    Endpoint: host,
    ReaderEndpoint: readerHost,
    Port: port,
    PendingModifiedValues: pending(database),
    ReplicationSourceIdentifier: source,
    DBClusterMembers: new Members(
      "DBClusterMember",
      members.map((DBInstanceIdentifier, index) => ({
        DBInstanceIdentifier,
        IsClusterWriter: index === 0,
      })),
    ),
    DBClusterArn: arn(home, `cluster:${id}`),
    MasterUserSecret: managed(database),
  };
}

export const proxy = ({ name, host, secrets }: ProxyDefinition, { home }: Databases): object => ({
  DBProxyName: name,
  DBProxyArn: arn(home, `db-proxy:prx-${name}`),
  Status: "available",
  Endpoint: host,
  Auth: secrets.map((SecretArn) => ({ AuthScheme: "SECRETS", SecretArn, IAMAuth: "DISABLED" })),
});

export const proxyEndpoints = (
  { name, endpoints = [] }: ProxyDefinition,
  { home }: Databases,
): object[] =>
  endpoints.map(({ name: DBProxyEndpointName, host }) => ({
    DBProxyEndpointName,
    DBProxyEndpointArn: arn(home, `db-proxy-endpoint:prx-endpoint-${DBProxyEndpointName}`),
    DBProxyName: name,
    Status: "available",
    Endpoint: host,
  }));
