import { paginateDescribeDBClusters, paginateDescribeDBInstances } from "@aws-sdk/client-rds";
import { callAws } from "../../aws/failures.ts";
import { secretNameOf } from "../../secret/arn.ts";
import type { ManagedMasters } from "../login/managed-master.ts";
import { rdsClient } from "./clients.ts";
import type { DatabaseState } from "./database.ts";
import { ofCluster, ofInstance } from "./state.ts";

/** By the lists of RDS: the ARN of a secret tells of its database no more than the kind. */
export const whereIs: ManagedMasters["whereIs"] = async (secret, signal) => {
  const states = secretNameOf(secret).startsWith("rds!cluster-")
    ? await clusters(secret, signal)
    : await instances(secret, signal);
  const found = states.find(({ managedSecret }) => isSame(managedSecret, secret));
  return found?.endpoints.find(({ role }) => role === "writer");
};

const isSame = (arn: string | undefined, secret: string) =>
  arn !== undefined && (secret.startsWith("arn:") ? arn === secret : secretNameOf(arn) === secret);

async function instances(secret: string, signal: AbortSignal): Promise<DatabaseState[]> {
  const pages = await callAws("rds:DescribeDBInstances", secret, signal, (options) =>
    Array.fromAsync(paginateDescribeDBInstances({ client: rdsClient() }, {}, options)),
  );
  return pages.flatMap(({ DBInstances = [] }) =>
    DBInstances.flatMap((each) => ofInstance(each) ?? []),
  );
}

async function clusters(secret: string, signal: AbortSignal): Promise<DatabaseState[]> {
  const pages = await callAws("rds:DescribeDBClusters", secret, signal, (options) =>
    Array.fromAsync(paginateDescribeDBClusters({ client: rdsClient() }, {}, options)),
  );
  return pages.flatMap(({ DBClusters = [] }) =>
    DBClusters.flatMap((each) => ofCluster(each) ?? []),
  );
}
