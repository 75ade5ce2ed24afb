import type { Account } from "../../lab/examples/account.ts";
import type { Example } from "../../lab/examples/example.ts";
import { cacheIssuer } from "../../lab/examples/issuer.ts";
import { hex } from "../../lab/examples/sample.ts";
import { startRedis } from "../../lab/redis/server.ts";

const [cache, sessions] = ["shop/cache", "shop/sessions"];
const user = "sessions";

const server = "a Redis server";

export const example: Example = {
  name: "elasticache",
  title: "ElastiCache",
  region: "eu-central-1",
  secret: sessions,
  rotates: [
    {
      secret: cache,
      fields: ["password", "REDIS_URL"],
      issuer: cacheIssuer("REDIS_URL"),
      on: server,
    },
    { fields: ["password", "REDIS_URL"], issuer: cacheIssuer("REDIS_URL"), on: server },
  ],
  settings: {
    [cache]: ["host", "port"],
    [sessions]: ["host", "port", "username"],
  },

  startCache: () => startRedis({ requirepass: hex(32) }),

  async start(account) {
    const { aws, cache: redis } = account;
    const token = hex(32);
    await redis.setPassword("default", token);
    aws.replicationGroups.addGroup({
      id: "shop-cache",
      token,
      setTokens: async (tokens) => redis.setPasswords?.("default", tokens),
    });
    await account.secret(cache, documentOf(account, { password: token }));
    const password = await redis.newUser(user);
    aws.aclUsers.addUser({
      ...{ service: "elasticache", id: "shop-sessions", username: user },
      setPasswords: async (passwords) => redis.setPasswords?.(user, passwords),
    });
    await account.secret(sessions, documentOf(account, { username: user, password }));
    const calls = [cache, sessions].map(
      (secretId) => ({ of: "password", to: "redis", fields: ["REDIS_URL"], secretId }) as const,
    );
    const cacheMs = 300_000;
    return [await account.machine({ shows: [], secretId: sessions, calls, cacheMs })];
  },
};

function documentOf(
  { cache: { host, port } }: Account,
  { username = "", password }: { username?: string; password: string },
): object {
  const REDIS_URL = `rediss://${username}:${password}@${host}:${port}`;
  return { host, port: String(port), ...(username && { username }), password, REDIS_URL };
}
