import { setTimeout as sleep } from "node:timers/promises";
import type { MongoClient } from "mongodb";
import { connect } from "../../../../lab/mongodb/client.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import type { Application } from "../../../contracts/pair.ts";

/** An application with MongoDB's own driver. */
export interface Commands extends Application {
  readonly client: MongoClient;
}

/** The contract speaks SQL: what each of its statements is to MongoDB. */
const commands: readonly (readonly [RegExp, (name: string) => object])[] = [
  [/^CREATE TABLE (\w+)/, (name) => ({ create: name })],
  [
    /^ALTER TABLE (\w+) ADD (\w+)/,
    (name) => ({ createIndexes: name, indexes: [{ key: { b: 1 }, name: "b" }] }),
  ],
  [/^INSERT INTO (\w+)/, (name) => ({ insert: name, documents: [{ a: 1 }] })],
  [/^DROP TABLE (\w+)/, (name) => ({ drop: name })],
];

export async function openApplication(login: Login, ca: string): Promise<Commands> {
  const client = await connect({ ...login, password: login.password.reveal() }, ca);
  const query = async (sql: string) => {
    // Whom a session sees without any right.
    if (sql === "SELECT 1")
      return [await client.db("admin").command({ usersInfo: login.username })];
    for (const [pattern, command] of commands) {
      const [, name] = pattern.exec(sql) ?? [];
      if (name !== undefined) return [await client.db("app").command(command(name))];
    }
    throw new Error(`What is ${sql} to MongoDB?`);
  };
  let isOpen = true;
  // No command closes a user's connections; one whose user is gone may do nothing.
  const watch = async () => {
    while (isOpen) {
      const failed = await query("SELECT 1").then(
        () => false,
        (error: { code?: number }) => error.code === 13,
      );
      if (failed) return;
      await sleep(20);
    }
  };
  const ended = watch();
  return {
    client,
    query,
    ended,
    async [Symbol.asyncDispose]() {
      isOpen = false;
      await ended;
      await client.close();
    },
  };
}
