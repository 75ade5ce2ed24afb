import { randomUUID } from "node:crypto";
import { type MongodbServer, startMongodb, storedUser } from "../../../../lab/mongodb/server.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { type EngineFixture, hostileTexts } from "../../../contracts/engine.ts";
import type { PairFixture } from "../../../contracts/pair.ts";
import { type Commands, openApplication } from "./application.ts";

/** SASLprep prohibits control characters, and what Unicode 3.2 does not have. */
export const passwords = hostileTexts.filter(
  ([, text]) => !/\p{Cc}|[\u{10000}-\u{10ffff}]/u.test(text),
);

/** For the contracts. */
export interface ContractFixture extends PairFixture, Pick<EngineFixture, "ignoresDatabase"> {
  connect(login: Login): Promise<Commands>;
}

export interface MongodbFixture extends ContractFixture {
  readonly server: MongodbServer;
}

/** What is kept of a user that is there. */
export const asEngineFixture = (fixture: ContractFixture): EngineFixture => ({
  ...fixture,
  stored: async (username) => String(await fixture.stored(username)),
});

/** On the double: see lab/mongodb/double.ts for what that shows, and what not. */
export async function openMongodbFixture(): Promise<MongodbFixture> {
  const server = await startMongodb();
  const { host, port, ca } = server;
  const loginOf = (username: string, password: string): Login => ({
    host,
    port,
    database: "admin",
    username,
    password: new Secret(password),
    ca: { pem: ca },
    passwordForm: "verifier",
  });
  const newName = () => `user_${randomUUID().slice(0, 8)}`;
  return {
    server,
    // It is the database of the user: of another, it is another user.
    ignoresDatabase: true,
    async newUser(username = newName()) {
      return loginOf(username, await server.newUser(username));
    },
    async newOwner(username = newName()) {
      return loginOf(username, await server.newOwner({ username, database: "app" }));
    },
    async newAdmin(owner) {
      const username = newName();
      const password = await server.newAdministrator(username, owner);
      return { ...loginOf(username, password), actsIn: "admin" };
    },
    connect: (login) => openApplication(login, ca),
    stored: async (username) => storedUser(server, username),
    [Symbol.asyncDispose]: () => Promise.resolve(server[Symbol.asyncDispose]()),
  };
}
