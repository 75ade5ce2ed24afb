import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../../lab/postgres/free-port.ts";
import { type PairOptions, type PairScene, pairScene, settle } from "../../rotation/pair-scene.ts";
import { Scenes } from "../../rotation/scene.ts";

let scenes: Scenes;
beforeAll(async () => {
  scenes = await Scenes.open();
});
afterAll(() => scenes?.[Symbol.asyncDispose]());

/** Calls that the steps made about the administrator's secret. */
const adminCalls = ({ adminSecret }: PairScene) =>
  scenes.aws.calls
    .filter(({ principal, input }) => {
      return principal === "function" && String(input["SecretId"]).includes(adminSecret);
    })
    .map(({ operation }) => operation);

const unusable: readonly [string, PairOptions, string, string][] = [
  ["is missing", { document: () => undefined }, "ADMIN_UNUSABLE", "does not exist"],
  [
    "is on another host",
    { document: (admin) => ({ ...admin, host: "localhost" }) },
    "ADMIN_UNUSABLE",
    "belongs to localhost:",
  ],
  [
    "is on another port",
    { document: (admin) => ({ ...admin, port: admin.port + 1 }) },
    "ADMIN_UNUSABLE",
    "admin: { secret, host, port }",
  ],
  [
    "is declared to be elsewhere",
    { declared: () => ({ host: "db.example.com" }) },
    "ADMIN_UNUSABLE",
    "belongs to db.example.com:",
  ],
  [
    "is the rotated user's",
    { document: (admin, owner) => ({ ...admin, username: owner }) },
    "ADMIN_UNUSABLE",
    "which is the one being rotated",
  ],
  [
    "is the rotated user's clone's",
    { document: (admin, owner) => ({ ...admin, username: `${owner}_clone` }) },
    "ADMIN_UNUSABLE",
    "which is the one being rotated",
  ],
  [
    "has no user",
    { document: ({ username: _, ...admin }) => admin },
    "FIELD_MISSING",
    "the admin secret",
  ],
  ["is no object", { document: () => ["no"] }, "SECRET_NOT_JSON", "the admin secret"],
];

describe("an administrator's secret that", () => {
  it.each(unusable)("%s: its login goes nowhere", async (_, options, code, text) => {
    const pair = await pairScene(scenes, options);
    const { scene, owner, clone } = pair;
    // A lone testSecret finds it too, ahead of the first rotation.
    for (const step of ["testSecret", "createSecret", "setSecret"] as const) {
      if (step === "createSecret") {
        await scene.run(step);
        continue;
      }
      await expect(scene.run(step)).rejects.toMatchObject({
        code,
        retryable: false,
        message: expect.stringContaining(text),
        remedy: expect.stringMatching(/\w/),
      });
    }
    expect(scene.tried.map(({ username }) => username)).toEqual([owner, owner]);
    expect(await scene.admits(await scene.value())).toBe(true);
    const made = await scenes.fixture.query(`SELECT FROM pg_roles WHERE rolname = '${clone}'`);
    expect(made).toEqual([]);
  });

  it("holds a refused password is told so", async () => {
    const pair = await pairScene(scenes, {
      document: (admin) => ({ ...admin, password: randomUUID() }),
    });
    await pair.scene.run("createSecret");
    await expect(pair.scene.run("setSecret")).rejects.toMatchObject({
      code: "ADMIN_REFUSED",
      retryable: false,
      impact: "unchanged",
      message: expect.stringContaining(pair.adminSecret),
    });
    expect(await pair.scene.admits(await pair.scene.value())).toBe(true);
  });

  it.each(["alternating-users", "in-place"] as const)(
    "holds a refused password while AWSCURRENT is refused, too, is an outage (%s)",
    async (strategy) => {
      const { scene } = await pairScene(scenes, {
        strategy,
        pinned: true,
        document: (admin) => ({ ...admin, password: randomUUID() }),
      });
      await scene.run("createSecret");
      await scene.setByHand();
      await expect(scene.run("setSecret")).rejects.toMatchObject({
        code: "ADMIN_REFUSED",
        impact: "outage",
      });
    },
  );

  it("does not say where it belongs may be declared to belong here", async () => {
    const pair = await pairScene(scenes, {
      document: ({ username, password }) => ({ username, password }),
      declared: ({ host, port }) => ({ host, port }),
    });
    await pair.scene.runAll();
    expect((await pair.scene.value()).username).toBe(pair.clone);
  });

  it("says another name of the same server may be declared to belong here", async () => {
    const port = await freePort();
    const pair = await pairScene(scenes, {
      document: (admin) => ({ ...admin, host: "db.internal", port }),
      declared: (owner) => ({ host: owner.host, port: owner.port }),
    });
    await pair.scene.runAll();
    expect((await pair.scene.value()).username).toBe(pair.clone);
  });

  it("is read when it is needed, and never written", async () => {
    const pair = await pairScene(scenes);
    const { scene } = pair;
    await scene.run("createSecret");
    expect(adminCalls(pair)).toEqual([]);
    await scene.run("setSecret");
    expect(adminCalls(pair)).toEqual(["GetSecretValue"]);
    await scene.run("testSecret");
    await scene.run("finishSecret");
    await scene.retire("probe");
    expect(adminCalls(pair)).toEqual(["GetSecretValue"]);
    // Sessions of another user are shown to administrators.
    await scene.retire("quiet");
    expect(adminCalls(pair)).toEqual(["GetSecretValue", "GetSecretValue"]);
    await settle(scene);
    expect(new Set(adminCalls(pair))).toEqual(new Set(["GetSecretValue"]));
  });
});

describe("an administrator", () => {
  it("without ADMIN on the owner is told the GRANT, which cures it", async () => {
    const pair = await pairScene(scenes);
    const { scene, owner, admin } = pair;
    await scenes.fixture.query(`REVOKE ${owner} FROM ${admin.username}`);
    const denied = {
      code: "PERMISSION_DENIED",
      retryable: false,
      message: expect.stringContaining(
        `GRANT "${owner}" TO "${admin.username}" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`,
      ),
    };
    await expect(scene.run("testSecret")).rejects.toMatchObject(denied);
    await scene.run("createSecret");
    await expect(scene.run("setSecret")).rejects.toMatchObject(denied);
    expect(await scene.admits(await scene.value())).toBe(true);
    await scenes.fixture.query(
      `GRANT ${owner} TO ${admin.username} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
    );
    await scene.run("setSecret");
    await scene.run("testSecret");
    await scene.run("finishSecret");
    expect((await scene.value()).username).toBe(pair.clone);
  });

  it("finds neither of the users", async () => {
    const { scene, owner } = await pairScene(scenes, { pinned: true });
    await scene.run("createSecret");
    await scenes.fixture.query(`DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
    await expect(scene.run("setSecret")).rejects.toMatchObject({
      code: "USERS_MISSING",
      retryable: false,
      message: expect.stringContaining(`no user ${owner}`),
    });
  });
});

describe("an administrator repairs nobody on the secret's word alone", () => {
  it.each([
    ["alternating-users", ""],
    ["alternating-users", "_clone"],
    ["in-place", ""],
  ] as const)("%s, AWSCURRENT naming another user%s", async (strategy, suffix) => {
    const victim = await scenes.fixture.newUser();
    const stored = await scenes.fixture.stored(victim.username);
    const { scene } = await pairScene(scenes, {
      strategy,
      change: (value) => {
        const username = victim.username + suffix;
        const password = randomUUID();
        const connection_string = value.connection_string
          .replace(value.username, username)
          .replace(value.password, password);
        return { ...value, username, password, connection_string };
      },
    });
    await scene.run("createSecret");
    await expect(scene.run("setSecret")).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
      impact: "outage",
    });
    expect(await scenes.fixture.stored(victim.username)).toEqual(stored);
    const made = `SELECT FROM pg_roles WHERE rolname = '${victim.username}_clone'`;
    expect(await scenes.fixture.query(made)).toHaveLength(0);
  });

  it("but does where an earlier version of the secret logs in", async () => {
    const pair = await pairScene(scenes);
    const { scene, clone } = pair;
    const before = await scene.value();
    const password = randomUUID();
    const connection_string = before.connection_string.replace(before.password, password);
    await scene.put({ ...before, password, connection_string }, ["AWSCURRENT"]);
    await scene.again();
    await scene.run("createSecret");
    expect(await scene.run("setSecret")).toBe("done");
    const value = await scene.value();
    expect(value.username).toBe(clone);
    const [owner] = scene.logins;
    expect(await scene.admits(value, owner && { ...owner, username: clone })).toBe(true);
  });
});

describe("in-place with an administrator", () => {
  const inPlace = (options: PairOptions = {}) =>
    pairScene(scenes, { pinned: true, ...options, strategy: "in-place" });

  it("does not as much as read the secret when all is well", async () => {
    const pair = await inPlace();
    await pair.scene.runAll();
    expect(adminCalls(pair)).toEqual([]);
    expect(pair.scene.refused).toEqual([]);
    expect(await pair.scene.admits(await pair.scene.value())).toBe(true);
  });

  it("heals what no version of the secret can", async () => {
    const pair = await inPlace();
    const { scene, owner, admin } = pair;
    await scene.run("createSecret");
    await scene.setByHand();
    expect(await scene.run("setSecret")).toBe("done");
    expect(await scene.admits(await scene.value())).toBe(true);
    expect(await scene.holder("AWSCURRENT")).toBe(scene.token);
    expect(new Set(scene.tried.map(({ username }) => username))).toEqual(
      new Set([owner, admin.username]),
    );
    expect(new Set(adminCalls(pair))).toEqual(new Set(["GetSecretValue"]));
  });

  it.each(unusable.filter(([name]) => !name.includes("clone")))(
    "whose secret %s heals nothing, and its login goes nowhere",
    async (_, options, code) => {
      const { scene, owner } = await inPlace(options);
      await scene.run("createSecret");
      await scene.setByHand();
      await expect(scene.run("setSecret")).rejects.toMatchObject({ code });
      expect(new Set(scene.tried.map(({ username }) => username))).toEqual(new Set([owner]));
    },
  );

  it("without the right is told the GRANT", async () => {
    const { scene, owner, admin } = await inPlace();
    await scenes.fixture.query(`REVOKE ${owner} FROM ${admin.username}`);
    await scene.run("createSecret");
    await scene.setByHand();
    await expect(scene.run("setSecret")).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringMatching(/GRANT .* WITH ADMIN OPTION/),
    });
    expect(await scene.holder("AWSCURRENT")).toBe(scene.first);
  });
});
