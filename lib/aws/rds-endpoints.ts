import {
  type DBCluster,
  type DBInstance,
  type DBProxy,
  type DBProxyEndpoint,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  paginateDescribeDBProxies,
  paginateDescribeDBProxyEndpoints,
  RDSClient,
} from "@aws-sdk/client-rds";
import { onDemand } from "../on-demand.ts";
import type { EndpointRole, Endpoints } from "../validation/endpoints.ts";
import { callAws } from "./failures.ts";

/** What RDS has, listed when it is first asked for, and once. */
export function rdsEndpoints(
  client: () => RDSClient = onDemand(() => new RDSClient({})),
): Endpoints {
  let listed: Promise<Listed> | undefined;
  const list = (signal: AbortSignal): Promise<Listed> => {
    listed ??= listAll(client(), signal);
    return listed;
  };
  return {
    roleOf: async (host, signal) => (await list(signal)).roles.get(host.toLowerCase()),
    proxiesWith: async (secret, signal) =>
      (await list(signal)).proxies.flatMap(({ DBProxyName = "", Auth = [] }) =>
        Auth.some(({ SecretArn }) => SecretArn === secret) ? [DBProxyName] : [],
      ),
  };
}

interface Listed {
  /** By host, in lower case. */
  readonly roles: ReadonlyMap<string, EndpointRole>;
  readonly proxies: readonly DBProxy[];
}

async function listAll(client: RDSClient, signal: AbortSignal): Promise<Listed> {
  const of = "all databases";
  const [instances, clusters, proxies, endpoints] = await Promise.all([
    callAws("rds:DescribeDBInstances", of, signal, (options) =>
      Array.fromAsync(paginateDescribeDBInstances({ client }, {}, options)),
    ),
    callAws("rds:DescribeDBClusters", of, signal, (options) =>
      Array.fromAsync(paginateDescribeDBClusters({ client }, {}, options)),
    ),
    callAws("rds:DescribeDBProxies", of, signal, (options) =>
      Array.fromAsync(paginateDescribeDBProxies({ client }, {}, options)),
    ),
    callAws("rds:DescribeDBProxyEndpoints", of, signal, (options) =>
      Array.fromAsync(paginateDescribeDBProxyEndpoints({ client }, {}, options)),
    ),
  ]);
  const all = proxies.flatMap((page) => page.DBProxies ?? []);
  const roles = [
    ...ofInstances(instances.flatMap((page) => page.DBInstances ?? [])),
    ...clusters.flatMap((page) => page.DBClusters ?? []).flatMap(ofCluster),
    ...[...all, ...endpoints.flatMap((page) => page.DBProxyEndpoints ?? [])].map(ofProxy),
  ];
  return {
    roles: new Map(
      roles.flatMap(([host, role]) => (host === undefined ? [] : [[host.toLowerCase(), role]])),
    ),
    proxies: all,
  };
}

type Role = readonly [host: string | undefined, role: EndpointRole];

function ofInstances(instances: readonly DBInstance[]): readonly Role[] {
  const hosts = new Map(
    instances.map(({ DBInstanceIdentifier: id, Endpoint }) => [id, Endpoint?.Address]),
  );
  return instances.flatMap(({ Endpoint, ReadReplicaSourceDBInstanceIdentifier: source }) =>
    source
      ? [
          [
            Endpoint?.Address,
            { kind: "replica", of: `the RDS instance ${source}`, writer: hosts.get(source) },
          ],
        ]
      : [],
  );
}

function ofCluster(cluster: DBCluster): readonly Role[] {
  const { DBClusterIdentifier: id, Endpoint: writer, ReaderEndpoint } = cluster;
  return ReaderEndpoint === undefined || ReaderEndpoint === writer
    ? []
    : [[ReaderEndpoint, { kind: "reader", of: `the RDS cluster ${id}`, writer }]];
}

const ofProxy = ({ Endpoint, DBProxyName }: DBProxy | DBProxyEndpoint): Role => [
  Endpoint,
  { kind: "proxy", of: `the RDS proxy ${DBProxyName}` },
];
