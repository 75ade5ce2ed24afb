import { randomUUID } from "node:crypto";
import { TagResourceCommand } from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Login } from "../../../lib/rotators/login/login.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { sightingTag, sightingText } from "../../../lib/secret/sighting.ts";
import { type PairScene, pairScene, settle } from "./pair-scene.ts";
import { Scenes, type Value } from "./scene.ts";

let scenes: Scenes;
beforeAll(async () => {
  scenes = await Scenes.open();
});
afterAll(() => scenes?.[Symbol.asyncDispose]());

const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

function loginOf({ scene }: PairScene, value: Value): Login {
  const [first] = scene.logins;
  if (!first) throw new Error("a scene without a login");
  return { ...first, username: value.username, password: new Secret(value.password) };
}

/** Whether the server lets in what a version holds. */
async function admits(pair: PairScene, version = "AWSCURRENT"): Promise<boolean> {
  const value = await pair.scene.value(version);
  return pair.scene.admits(value, loginOf(pair, value));
}

/** Statements of the application under what a version holds, on a connection that stays open. */
async function application(pair: PairScene, version = "AWSCURRENT") {
  const { host, port, database, username, password, ca } = loginOf(
    pair,
    await pair.scene.value(version),
  );
  const client = new pg.Client({
    host,
    port,
    database,
    user: username,
    password: password.reveal(),
    ssl: { ca: typeof ca === "object" ? ca.pem : "" },
  });
  client.on("error", () => {});
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

describe("AWSCURRENT that is moved by hand between testSecret and finishSecret", () => {
  it("is left where it was moved to", async () => {
    const pair = await pairScene(scenes);
    const { scene } = pair;
    const earlier = await scene.put({ ...(await scene.value()), note: "another" }, ["EARLIER"]);
    for (const step of ["createSecret", "setSecret", "testSecret"] as const) await scene.run(step);
    await scenes.move(scene.name, "AWSCURRENT", scene.first, earlier);
    const refusal = {
      code: "SECRET_CHANGED",
      undo: "removePending",
      message: expect.stringContaining("edited or moved by hand"),
    };
    await expect(scene.run("finishSecret")).rejects.toMatchObject(refusal);
    expect(await scene.holder("AWSCURRENT")).toBe(earlier);
    expect(await scene.holder("RETIRING")).toBe("");
    // As the remedy has it.
    await scenes.move(scene.name, "AWSPENDING", scene.token);
    await scene.again();
    for (const step of steps) expect(await scene.run(step)).toBe("done");
    expect(await admits(pair)).toBe(true);
    expect((await scene.value()).note).toBe("another");
  });
});

describe("a rotation by alternating users", () => {
  it("of a login that stands in a URL alone leaves the fields beside it", async () => {
    const pair = await pairScene(scenes, { inUrlAlone: true });
    const { scene, owner, clone } = pair;
    const before = await scene.value();
    for (const step of steps) expect(await scene.run(step)).toBe("done");
    const { connection_string, ...after } = await scene.value();
    const { connection_string: _, rotated_at, ...fields } = before;
    expect(after).toEqual({ ...fields, rotated_at: expect.not.stringMatching(String(rotated_at)) });
    const { username, password } = new URL(connection_string);
    expect(username).toBe(clone);
    const login = { ...loginOf(pair, before), username: clone };
    expect(await scene.admits({ password: decodeURIComponent(password) }, login)).toBe(true);
    await settle(scene);
    expect(await scene.admits(before, { ...login, username: owner })).toBe(false);
  });

  it("repeats: in every step both users log in, and the old one is dead in the end", async () => {
    const pair = await pairScene(scenes);
    const { scene, owner, clone } = pair;
    const usernames: string[] = [];
    for (let rotation = 0; rotation < 3; rotation++) {
      if (rotation > 0) await scene.again();
      const before = await scene.holder("AWSCURRENT");
      for (const step of steps) {
        expect(await scene.run(step)).toBe("done");
        expect(await admits(pair)).toBe(true);
        expect(await admits(pair, before)).toBe(true);
      }
      expect(scene.refused).toEqual([]);
      expect(await scene.holder("AWSCURRENT")).toBe(scene.token);
      expect(await scene.holder("RETIRING")).toBe(before);
      await settle(scene);
      expect(scene.refused.splice(0)).toHaveLength(1);
      expect([await admits(pair), await admits(pair, before)]).toEqual([true, false]);
      usernames.push((await scene.value()).username);
    }
    expect(usernames).toEqual([clone, owner, clone]);
  });

  it("writes the other user into the fields and the URL, and leaves the rest", async () => {
    const { scene, clone } = await pairScene(scenes);
    const before = await scene.value();
    await scene.run("createSecret");
    const { password, rotated_at, ...rest } = await scene.value("AWSPENDING");
    expect(rest).toEqual({
      host: before.host,
      port: before.port,
      database: before.database,
      note: "kept",
      username: clone,
      connection_string: `postgresql://${clone}:${password}@${before.host}:${before.port}/${before.database}`,
    });
    expect(password).not.toBe(before.password);
    expect(rotated_at).toBe("2026-03-04T05:06:07Z");
  });

  it("keeps what the application makes the application's, before, during and after", async () => {
    const pair = await pairScene(scenes);
    const { scene, owner } = pair;
    await using old = await application(pair);
    await old.query("CREATE TABLE before (a int)");
    for (const step of steps) await scene.run(step);
    await using next = await application(pair);
    await next.query("CREATE TABLE after (a int); ALTER TABLE before ADD b int");
    await old.query("ALTER TABLE after ADD b int; CREATE TABLE late (a int)");
    await settle(scene);
    await next.query("ALTER TABLE late ADD b int; DROP TABLE before");
    await scene.again();
    await expect(next.query("SELECT current_user AS name")).resolves.toMatchObject({
      rows: [{ name: owner }],
    });
    await old.end();
    await scene.runAll();
    await using third = await application(pair);
    await third.query("ALTER TABLE after ADD c int; DROP TABLE late");
    const owners = await scenes.fixture.query(
      `SELECT tablename, tableowner FROM pg_tables WHERE schemaname = '${owner}'`,
    );
    expect(owners).toEqual([{ tablename: "after", tableowner: owner }]);
  });

  it("takes 3 connections before the retirement, none refused, and no more than 13 requests", async () => {
    const { scene, owner, clone, admin, adminSecret } = await pairScene(scenes);
    await scene.runAll();
    expect(scene.tried.map(({ username }) => username)).toEqual([owner, admin.username, clone]);
    expect(scene.refused).toEqual([]);
    const requests = scenes.aws.calls.filter(
      ({ principal, input }) =>
        principal === "function" &&
        [scene.name, adminSecret].some((name) => String(input["SecretId"]).includes(name)),
    );
    expect(requests.length).toBeLessThanOrEqual(13);
  });

  it("may run each step twice", async () => {
    const pair = await pairScene(scenes);
    for (const step of steps) {
      await pair.scene.run(step);
      await pair.scene.run(step);
    }
    expect(await admits(pair)).toBe(true);
    expect(pair.scene.refused).toEqual([]);
  });

  it("promotes at once where AWSCURRENT is refused", async () => {
    const pair = await pairScene(scenes, { pinned: true });
    const { scene, clone } = pair;
    await scene.run("createSecret");
    await scene.setByHand();
    expect(await admits(pair)).toBe(false);
    expect(await scene.run("setSecret")).toBe("done");
    expect(await admits(pair)).toBe(true);
    expect((await scene.value()).username).toBe(clone);
    expect(await scene.holder("RETIRING")).toBe(scene.first);
    expect(await scene.run("testSecret")).toBe("alreadyCurrent");
    expect(await scene.run("finishSecret")).toBe("alreadyCurrent");
    await settle(scene);
    expect(await admits(pair, scene.first)).toBe(false);
  });

  it("is not begun while the last one is unsettled: nothing is reset", async () => {
    const pair = await pairScene(scenes);
    const { scene } = pair;
    await scene.runAll();
    await scene.again();
    for (const step of ["createSecret", "setSecret", "finishSecret"] as const)
      await expect(scene.run(step)).rejects.toMatchObject({
        code: "UNSETTLED",
        retryable: true,
        message: expect.stringContaining(scene.first),
      });
    expect([await admits(pair), await admits(pair, scene.first)]).toEqual([true, true]);
  });

  it("leaves the other user's password where a consumer still holds it", async () => {
    const pair = await pairScene(scenes);
    const { scene, clone } = pair;
    await scene.runAll();
    await settle(scene);
    await using _ = await application(pair);
    await scene.again();
    await scene.runAll();
    // By hand: the labels are gone although the clone's consumer is not.
    await scene.unlabel();
    await scene.again();
    await scene.run("createSecret");
    await expect(scene.run("setSecret")).rejects.toMatchObject({
      code: "OTHER_USER_IN_USE",
      retryable: true,
      message: expect.stringContaining(clone),
    });
    expect(await admits(pair)).toBe(true);
  });

  it.each(["seen by settlement", "unseen"])(
    "leaves the other user's password where AWSCURRENT was moved by hand to a dead version: %s (N1)",
    async (how) => {
      const pair = await pairScene(scenes);
      const { scene, clone } = pair;
      await scene.runAll();
      await settle(scene);
      const [Key, held] = [sightingTag, scene.token];
      const Value = sightingText({ version: held, at: scene.now });
      const command = new TagResourceCommand({ SecretId: scene.name, Tags: [{ Key, Value }] });
      if (how === "seen by settlement") await scenes.client.send(command);
      await scenes.move(scene.name, "AWSPENDING", held);
      await scenes.move(scene.name, "AWSCURRENT", held, scene.first);
      await scene.again();
      await scene.run("createSecret");
      await expect(scene.run("setSecret")).rejects.toMatchObject({
        code: "OTHER_USER_IN_USE",
        impact: "outage",
        message: expect.stringContaining(clone),
      });
      expect(await admits(pair, held)).toBe(true);
    },
  );

  it("cuts off whoever uses the other user when the old credential leaked (A11)", async () => {
    const pair = await pairScene(scenes);
    const { scene } = pair;
    await scene.runAll();
    await using consumer = await application(pair, scene.first);
    await scene.again(`leaked-${randomUUID()}`);
    await scene.runAll();
    await expect(consumer.query("SELECT 1")).rejects.toThrow();
    expect([await admits(pair), await admits(pair, scene.first)]).toEqual([true, false]);
  });

  it("tells of a setting that the server refuses and of VALID UNTIL, and goes on", async () => {
    const pair = await pairScene(scenes);
    const owner = `ALTER ROLE ${pair.owner}`;
    await scenes.fixture.query(`${owner} SET temp_tablespaces TO none_of_that_name`);
    await scenes.fixture.query(`${owner} VALID UNTIL '2999-01-01 00:00+00'`);
    await pair.scene.runAll();
    expect(pair.scene.warnings).toEqual([
      expect.stringContaining(`${pair.owner} expires at 2999-01-01 00:00 UTC (VALID UNTIL)`),
      expect.stringContaining(`The setting temp_tablespaces of user ${pair.owner} is not given`),
    ]);
    expect(await admits(pair)).toBe(true);
  });

  it("stops before it changes anything where the administrator may not carry a setting", async () => {
    const pair = await pairScene(scenes);
    await scenes.fixture.query(`ALTER ROLE ${pair.owner} SET pgrst.db_schemas TO 'api'`);
    const refusal = { code: "NOT_CARRIED", remedy: expect.stringContaining("GRANT SET ON") };
    await expect(pair.scene.run("testSecret")).rejects.toMatchObject(refusal);
    await pair.scene.run("createSecret");
    await expect(pair.scene.run("setSecret")).rejects.toMatchObject(refusal);
    expect(
      await scenes.fixture.query(`SELECT FROM pg_roles WHERE rolname = '${pair.clone}'`),
    ).toEqual([]);
    expect(await admits(pair)).toBe(true);
  });

  it("stops before it changes anything where pg_cron runs jobs as the owner", async () => {
    const pair = await pairScene(scenes);
    const { query } = scenes.fixture;
    await query(`CREATE SCHEMA cron; GRANT USAGE ON SCHEMA cron TO ${pair.owner}`);
    await query(
      "CREATE TABLE cron.job (schedule text, command text, username text, active boolean)",
    );
    await query(`GRANT SELECT ON cron.job TO ${pair.owner}`);
    await query(`INSERT INTO cron.job VALUES ('@daily', 'SELECT 1', '${pair.owner}', true)`);
    try {
      const refusal = { code: "NOT_CARRIED", happened: expect.stringContaining("pg_cron (1)") };
      await expect(pair.scene.run("testSecret")).rejects.toMatchObject(refusal);
      await pair.scene.run("createSecret");
      await expect(pair.scene.run("setSecret")).rejects.toMatchObject(refusal);
      await query("UPDATE cron.job SET active = false");
      await pair.scene.run("setSecret");
    } finally {
      await query("DROP SCHEMA cron CASCADE");
    }
  });

  it("takes over a clone of the AWS template's making with what it owns", async () => {
    const pair = await pairScene(scenes);
    const { scene, owner, clone, admin } = pair;
    await scenes.fixture.newUser(clone);
    await scenes.fixture.query(
      `GRANT ${owner} TO ${clone}; GRANT ${clone} TO ${admin.username} WITH ADMIN OPTION`,
    );
    await scenes.fixture.query(`CREATE TABLE ${owner}.cloned (a int)`);
    await scenes.fixture.query(`ALTER TABLE ${owner}.cloned OWNER TO ${clone}`);
    await scene.runAll();
    await using old = await application(pair, scene.first);
    await old.query("ALTER TABLE cloned ADD b int");
    expect(scene.refused).toEqual([]);
  });
});

describe("the other user's name", () => {
  const long = (bytes: number) => `u${randomUUID().replaceAll("-", "")}`.padEnd(bytes, "x");

  it("is not cut: createSecret refuses", async () => {
    const { scene } = await pairScene(scenes, { username: long(58) });
    await expect(scene.run("createSecret")).rejects.toMatchObject({
      code: "PAIR_UNUSABLE",
      retryable: false,
      message: expect.stringContaining("more than 63 bytes"),
    });
    expect(scene.calls("PutSecretValue")).toEqual([]);
    expect(scene.tried).toEqual([]);
  });

  it("is declared where the first has 63 bytes", async () => {
    const users = { owner: long(63), clone: long(63) };
    const pair = await pairScene(scenes, { username: users.owner, users });
    await pair.scene.runAll();
    expect((await pair.scene.value()).username).toBe(users.clone);
    expect(await admits(pair)).toBe(true);
  });

  it("is not taken for one that the declared pair does not have", async () => {
    const users = { owner: long(20), clone: long(20) };
    const { scene } = await pairScene(scenes, { users });
    await expect(scene.run("createSecret")).rejects.toMatchObject({
      code: "PAIR_UNUSABLE",
      message: expect.stringContaining(`rotation.yml names ${users.owner} and ${users.clone}`),
    });
  });
});

describe("a lone testSecret", () => {
  it("proves AWSCURRENT and the administrator, and makes no user", async () => {
    const { scene, owner, clone, admin } = await pairScene(scenes);
    await scene.run("testSecret");
    expect(scene.tried.map(({ username }) => username)).toEqual([owner, admin.username, owner]);
    const made = await scenes.fixture.query(`SELECT FROM pg_roles WHERE rolname = '${clone}'`);
    expect(made).toEqual([]);
  });

  it("fails where AWSCURRENT is refused", async () => {
    const { scene } = await pairScene(scenes);
    await scene.setByHand();
    await expect(scene.run("testSecret")).rejects.toMatchObject({ code: "CREDENTIALS_REFUSED" });
  });
});
