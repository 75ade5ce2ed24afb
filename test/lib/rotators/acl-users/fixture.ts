import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { MemoryDBClient } from "@aws-sdk/client-memorydb";
import type { RedisOptions } from "../../../../lab/redis/server.ts";
import type { AclUser } from "../../../../lib/rotators/acl-users/acl-user.ts";
import { aclEngine } from "../../../../lib/rotators/acl-users/engine.ts";
import { changesOf } from "../../../../lib/rotators/acl-users/rotator.ts";
import { ElastiCacheUser } from "../../../../lib/rotators/elasticache/elasticache-user.ts";
import type { Engine } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { MemoryDbUser } from "../../../../lib/rotators/memorydb/memorydb-user.ts";
import { redis } from "../../../../lib/rotators/redis/redis.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import {
  type AclUserDefinition,
  type AclUserTiming,
  type Aws,
  startAws,
} from "../../../../standin/aws.ts";
import type { TwoPasswordsFixture } from "../../../contracts/second-password.ts";
import { clientConfig } from "../../../standin/fixtures.ts";
import { openRedisFixture, type RedisFixture } from "../redis/fixture.ts";

export type Service = AclUserDefinition["service"];

/** In milliseconds: the servers have the passwords a while after the API says so. */
const usualTiming = { changeMs: 30, endMs: 20 };

/** The stand-in, and a real server on which its users are. */
export interface AclFixture extends TwoPasswordsFixture {
  readonly aws: Aws;
  readonly server: RedisFixture;
  /** The user of this name by the API, with a real client. */
  user(username: string): AclUser;
  /** As the rotator has it, but it waits a hundredth of its time. */
  readonly engine: Engine;
  /** A user with more said of it. */
  newUserWith(more: Partial<AclUserDefinition>): Promise<Login>;
}

export async function openAclFixture(
  service: Service,
  options?: RedisOptions,
  timing: AclUserTiming = usualTiming,
): Promise<AclFixture> {
  await using parts = new AsyncDisposableStack();
  const server = parts.use(await openRedisFixture(options));
  const aws = parts.use(await startAws({ aclUsers: timing }));
  const clients = {
    elasticache: new ElastiCacheClient(clientConfig(aws)),
    memorydb: new MemoryDBClient(clientConfig(aws)),
  };
  const user = (username: string): AclUser =>
    service === "elasticache"
      ? new ElastiCacheUser(idOf(username), () => clients.elasticache)
      : new MemoryDbUser(username, () => clients.memorydb);
  const idOf = (username: string) => (service === "elasticache" ? `id-${username}` : username);
  const engineOf = ({ username }: Login) =>
    aclEngine(redis, changesOf(user(username)), (ms, signal) =>
      sleep(ms / 100, undefined, { signal }),
    );
  const newUserWith = async (more: Partial<AclUserDefinition>) => {
    const login = await server.newUser(`user-${randomUUID().slice(0, 8)}`);
    const { username } = login;
    aws.aclUsers.addUser({
      ...{ service, id: idOf(username), username },
      setPasswords: async ([first = "", ...rest]) => {
        const secrets = rest.map((each) => new Secret(each));
        await server.give(username, [new Secret(first), ...secrets]);
      },
      ...more,
    });
    return login;
  };
  const owned = parts.move();
  return {
    aws,
    server,
    user,
    engine: {
      login: (login, signal) => engineOf(login).login(login, signal),
      approach: (login, signal) => engineOf(login).approach(login, signal),
    },
    newUserWith,
    newUser: () => newUserWith({}),
    async give(username, passwords) {
      await server.give(username, passwords);
      aws.aclUsers.setPasswordCount(idOf(username), passwords.length);
    },
    stored: (username) => server.stored(username),
    caughtUp: () => aws.aclUsers.caughtUp(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
