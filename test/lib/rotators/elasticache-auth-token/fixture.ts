import { setTimeout as sleep } from "node:timers/promises";
import { ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { aclEngine } from "../../../../lib/rotators/acl-users/engine.ts";
import type { Pause } from "../../../../lib/rotators/acl-users/pause.ts";
import { AwsReplicationGroup } from "../../../../lib/rotators/elasticache-auth-token/aws-group.ts";
import type { ReplicationGroup } from "../../../../lib/rotators/elasticache-auth-token/replication-group.ts";
import { changesOf } from "../../../../lib/rotators/elasticache-auth-token/rotator.ts";
import type { Engine } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { redis } from "../../../../lib/rotators/redis/redis.ts";
import { defaultUser } from "../../../../lib/rotators/redis/traits.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import {
  type AclUserTiming,
  type Aws,
  type ReplicationGroupDefinition,
  startAws,
} from "../../../../standin/aws.ts";
import { newPassword } from "../../../contracts/engine.ts";
import type { TwoPasswordsFixture } from "../../../contracts/second-password.ts";
import { clientConfig } from "../../../standin/fixtures.ts";
import { openRedisFixture, type RedisFixture } from "../redis/fixture.ts";

/** In milliseconds: the servers have the tokens a while after the API says so. Shorter ones would be over between two calls. */
const usualTiming = { changeMs: 120, endMs: 80 };

/** Waits a hundredth of the time. */
const hurried: Pause = (ms, signal) => sleep(ms / 100, undefined, { signal });

/** The stand-in, and a real server whose user `default` has the tokens of the newest replication group. */
export interface TokenFixture extends TwoPasswordsFixture {
  readonly aws: Aws;
  readonly server: RedisFixture;
  /** The newest group by the API, with a real client. */
  group(): ReplicationGroup;
  readonly groupId: string;
  /** As the rotator has it, but it waits a hundredth of its time. */
  readonly engine: Engine;
  /** A group with more said of it. @returns its login */
  newGroupWith(more: Partial<ReplicationGroupDefinition>): Promise<Login>;
}

export async function openTokenFixture(
  every: Partial<ReplicationGroupDefinition> = {},
  timing: AclUserTiming = usualTiming,
): Promise<TokenFixture> {
  await using parts = new AsyncDisposableStack();
  const server = parts.use(await openRedisFixture({ requirepass: newPassword().reveal() }));
  const aws = parts.use(await startAws({ aclUsers: timing }));
  const client = new ElastiCacheClient(clientConfig(aws));
  const give = async (tokens: readonly string[]) =>
    server.server.setPasswords?.(defaultUser, tokens);
  let count = 0;
  const groupId = () => `main-${count}`;
  const group = () => new AwsReplicationGroup(groupId(), () => client);
  const engine = () => aclEngine(redis, changesOf(group()), hurried);
  const newGroupWith = async (more: Partial<ReplicationGroupDefinition>) => {
    await aws.replicationGroups.caughtUp();
    count += 1;
    const token = newPassword().reveal();
    await give([token]);
    const definition = { id: groupId(), token, setTokens: give };
    aws.replicationGroups.addGroup({ ...definition, ...every, ...more });
    return { ...server.loginOf(defaultUser), password: new Secret(token) };
  };
  const owned = parts.move();
  return {
    aws,
    server,
    group,
    get groupId() {
      return groupId();
    },
    engine: {
      login: (login, signal) => engine().login(login, signal),
      approach: (login, signal) => engine().approach(login, signal),
    },
    newGroupWith,
    newUser: () => newGroupWith({}),
    async give(_, passwords) {
      const tokens = passwords.map((password) => password.reveal());
      await give(tokens);
      aws.replicationGroups.setTokens(groupId(), tokens);
    },
    stored: (username) => server.stored(username),
    caughtUp: () => aws.replicationGroups.caughtUp(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
