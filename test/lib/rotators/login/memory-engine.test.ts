import { randomUUID } from "node:crypto";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { newPassword } from "../../../contracts/engine.ts";
import { secondPasswordContract } from "../../../contracts/second-password.ts";
import { MemoryServer } from "./memory-engine.ts";

const server = new MemoryServer();

async function newUser(may: "log in" | "self" | "all"): Promise<Login> {
  const [username, password] = [`user_${randomUUID()}`, newPassword()];
  server.users.set(username, { passwords: [password.reveal()], may });
  const where = { host: "db.internal", port: 3306, database: "app", ca: undefined } as const;
  return { ...where, username, password, passwordForm: "verifier" };
}

secondPasswordContract(
  "in memory",
  server,
  () => ({
    newUser: () => newUser("self"),
    newPlainUser: () => newUser("log in"),
    newAdmin: () => newUser("all"),
    async give(username, passwords) {
      const values = passwords.map((each) => each.reveal());
      server.users.set(username, { may: "self", passwords: values });
    },
    stored: async (username) => JSON.stringify(server.users.get(username)),
    async [Symbol.asyncDispose]() {},
  }),
  { byUser: true, missing: /GRANT/, tells: ["user", "administrator"] },
);
