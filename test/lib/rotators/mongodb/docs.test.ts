/** @module-tag ci */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Db, Document } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../../lab/mongodb/client.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import { mongodb } from "../../../../lib/rotators/mongodb/mongodb.ts";
import type { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { type MongodbFixture, openMongodbFixture } from "./fixture.ts";

/** The statements of each block for mongosh on a page. */
const blocks = (page: string): readonly (readonly string[])[] =>
  [...readFileSync(page, "utf8").matchAll(/^```javascript\n([\s\S]*?)^```$/gm)].map(
    ([, block = ""]) =>
      block
        .trim()
        .split(/;\n?(?=db\.|$)/)
        .filter(Boolean),
  );

/** The helpers of mongosh that the pages use (https://www.mongodb.com/docs/mongodb-shell/reference/methods/). */
const helpers = (db: Db) => ({
  runCommand: (command: Document) => db.command(command),
  createUser: ({ user, ...fields }: Document) => db.command({ createUser: user, ...fields }),
  updateUser: (user: string, fields: Document) => db.command({ updateUser: user, ...fields }),
  createRole: ({ role, ...fields }: Document) => db.command({ createRole: role, ...fields }),
  grantRolesToUser: (user: string, roles: Document[]) =>
    db.command({ grantRolesToUser: user, roles }),
});

describe("what the documentation says of MongoDB (a double)", () => {
  let fixture: MongodbFixture;
  let run: (statement: string, password?: Secret<string>) => Promise<unknown>;
  beforeAll(async () => {
    fixture = await openMongodbFixture();
    const { server } = fixture;
    server.double.users.create("root", "admin", { pwd: "root's", roles: ["root"] });
    const login = {
      host: server.host,
      port: server.port,
      database: "admin",
      username: "root",
      password: "root's",
    };
    const client = await connect(login, server.ca);
    run = async (statement, password = newPassword()) => {
      const evaluate = new Function("db", "passwordPrompt", `return (${statement});`);
      const shell = { getSiblingDB: (name: string) => helpers(client.db(name)) };
      return evaluate(shell, () => password.reveal());
    };
    const close = fixture[Symbol.asyncDispose];
    fixture[Symbol.asyncDispose] = async () => {
      await client.close();
      await close();
    };
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const page = "docs/types/mongodb.md";
  const loginOf = (username: string, password: Secret<string>) => ({
    host: fixture.server.host,
    port: fixture.server.port,
    database: "admin",
    username,
    password,
    ca: { pem: fixture.server.ca },
    passwordForm: "verifier" as const,
  });

  it(`${page}: the privileges are enough for a pair`, async () => {
    const [grants = []] = blocks(page);
    expect(grants).toHaveLength(2);
    const password = newPassword();
    for (const statement of grants) await run(statement, password);
    const { users } = fixture.server.double;
    users.create("app", "admin", { pwd: randomUUID(), roles: [{ role: "readWrite", db: "app" }] });
    const pair = { owner: "app", clone: "app_clone" };
    await using session = await sessionOf(mongodb, {
      ...loginOf("adm", password),
      actsIn: "admin",
    });
    await session.pairs?.requireAdministrable(pair, anyTime());
    const clone = { username: "app_clone", password: newPassword() };
    await session.pairs?.align(pair, clone, anyTime());
    expect(await accepts(mongodb, loginOf("app_clone", clone.password), anyTime())).toBe(true);
    expect(await session.pairs?.endSessions(pair, "app_clone", anyTime())).toBe(0);
    users.drop("app_clone", "admin");
  });

  it(`${page}: the commands of a rotation run`, async () => {
    const [, commands = [], [drop = ""] = []] = blocks(page);
    expect(commands).toHaveLength(5);
    const password = newPassword();
    for (const command of commands) await run(command, password);
    expect(await accepts(mongodb, loginOf("app_clone", password), anyTime())).toBe(true);
    await run(drop);
    expect(await accepts(mongodb, loginOf("app_clone", password), anyTime())).toBe(false);
  });

  it(`${page}: the privileges of a user are enough in place, and each action is needed`, async () => {
    const [, , , grants = [], [change = ""] = []] = blocks(page);
    expect(grants).toHaveLength(2);
    const actions = ["changeOwnPassword", "insert", "update", "remove"];
    for (const statement of grants.slice(0, 1))
      for (const action of actions) {
        const role = `without_${action}`;
        await run(
          statement
            .replace(`"${action}"`, "")
            .replace("[, ", "[")
            .replace(", ]", "]")
            .replace(", ,", ",")
            .replaceAll("quarterturn_own", role),
        );
        const login = await fixture.newUser();
        fixture.server.double.users.update(login.username, "admin", {
          roles: [{ role, db: "admin" }],
        });
        await using session = await sessionOf(mongodb, login);
        await expect(session.rehearsePassword(login.username, anyTime())).rejects.toMatchObject({
          code: "PERMISSION_DENIED",
          remedy: expect.stringContaining(action),
        });
      }
    const { users } = fixture.server.double;
    const first = newPassword();
    users.update("app", "admin", {
      pwd: first.reveal(),
      roles: [{ role: "readWrite", db: "app" }],
    });
    for (const statement of grants)
      await run(statement.replaceAll("quarterturn_own", "quarterturn_self"));
    await using session = await sessionOf(mongodb, loginOf("app", first));
    await session.rehearsePassword("app", anyTime());
    expect(await session.lock("app", anyTime())).toBe(false);
    const next = newPassword();
    await session.setPassword("app", next, anyTime());
    expect(await accepts(mongodb, loginOf("app", next), anyTime())).toBe(true);
    const last = newPassword();
    await run(change, last);
    expect(await accepts(mongodb, loginOf("app", last), anyTime())).toBe(true);
  });

  it("docs/types/mongodb.md and docs/runbook.md: every other statement runs", async () => {
    const inline = [...readFileSync(page, "utf8").matchAll(/`(db\.[^`]+)`/g)].map(
      ([, text = ""]) => text,
    );
    const runbook = blocks("docs/runbook.md").flat();
    expect(inline.length).toBeGreaterThan(0);
    expect(runbook.length).toBeGreaterThan(5);
    await fixture.newUser("app_user");
    for (const statement of [...inline, ...runbook]) await run(statement);
  });
});
