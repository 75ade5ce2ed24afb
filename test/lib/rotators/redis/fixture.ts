import { randomUUID } from "node:crypto";
import { type RedisOptions, type RedisServer, startRedis } from "../../../../lab/redis/server.ts";
import type { Session } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import type { SecondPassword } from "../../../../lib/rotators/login/second-password.ts";
import { hashOf } from "../../../../lib/rotators/redis/users.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { type EngineFixture, newPassword } from "../../../contracts/engine.ts";
import type { SecondPasswordFixture } from "../../../contracts/second-password.ts";

export interface RedisFixture extends EngineFixture, Omit<SecondPasswordFixture, "newUser"> {
  readonly server: RedisServer;
  /** The login of a user that exists already, or not. */
  loginOf(username: string): Login;
  /** A user with these rules. */
  newUserWith(...rules: string[]): Promise<Login>;
}

export async function openRedisFixture(options?: RedisOptions): Promise<RedisFixture> {
  const server = await startRedis(options);
  const loginOf = (username: string): Login => ({
    host: server.host,
    port: server.port,
    database: "0",
    username,
    password: newPassword(),
    ca: { pem: server.ca },
    passwordForm: "verifier",
  });
  const withPassword = (username: string, password: string): Login => ({
    ...loginOf(username),
    password: new Secret(password),
  });
  const newName = () => `user_${randomUUID().slice(0, 8)}`;
  const newUserWith = async (username: string, rules: readonly string[]) =>
    withPassword(username, await server.newUserWith(username, rules));
  const newPowerless = () =>
    newUserWith(newName(), ["~*", "&*", "+@all", "-@admin", "-@dangerous"]);
  return {
    server,
    loginOf,
    ignoresDatabase: true,
    newUserWith: (...rules) => newUserWith(newName(), rules),
    newUser: (username = newName()) => newUserWith(username, ["~*", "&*", "+@all"]),
    newPowerless,
    newPlainUser: newPowerless,
    async give(username, passwords) {
      const hashes = passwords.map((password) => `#${hashOf(password)}`);
      await server.run("ACL", "SETUSER", username, "resetpass", ...hashes);
    },
    async newAdmin() {
      const username = newName();
      return withPassword(username, await server.newAdministrator(username, ""));
    },
    async stored(username) {
      return JSON.stringify(await server.run("ACL", "GETUSER", username));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(server[Symbol.asyncDispose]()),
  };
}

export function passwordsOf({ secondPassword }: Session): SecondPassword {
  if (!secondPassword) throw new Error("The session has one password for each user.");
  return secondPassword;
}
