import { startAws } from "../../standin/aws.ts";
import type { ClientConfig } from "./clients.ts";
import { standinCacheUser, standinDatabase, standinReplicationGroup } from "./settings.ts";

/** A stand-in of its own, which ends with what owns it. */
export async function startStandin(owned: AsyncDisposableStack): Promise<ClientConfig> {
  const aws = owned.use(
    await startAws({
      rds: { beginMs: 50, changeMs: 100, endMs: 200 },
      aclUsers: { changeMs: 60, endMs: 50 },
    }),
  );
  aws.rds.addDatabase({
    ...{ kind: "instance", id: standinDatabase, engine: "postgres", masterUsername: "postgres" },
    ...{ host: "database.invalid", port: 5432 },
  });
  aws.aclUsers.addUser({ service: "elasticache", username: standinCacheUser });
  aws.replicationGroups.addGroup({ id: standinReplicationGroup, token: "not-used-by-anybody" });
  const env = aws.env("conformance");
  return {
    endpoint: aws.endpoint,
    region: aws.region,
    maxAttempts: 1,
    credentials: {
      accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  };
}
