import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsError } from "../../../standin/aws.ts";
import { databaseValue, Scene, Scenes, type Value } from "./scene.ts";

let scenes: Scenes;
beforeAll(async () => {
  scenes = await Scenes.open();
});
afterAll(() => scenes?.[Symbol.asyncDispose]());

describe("createSecret", () => {
  it("makes a pending version that differs in password, URL and rotated_at only", async () => {
    const scene = await scenes.scene();
    const before = await scene.text();
    await scene.run("createSecret");
    const old = await scene.value();
    const next = await scene.value("AWSPENDING");
    expect(next.password).toMatch(/^[a-zA-Z0-9]{32}$/);
    expect(next.rotated_at).toBe("2026-03-04T05:06:07Z");
    expect(await scene.text("AWSPENDING")).toBe(
      before
        .replaceAll(old.password, next.password)
        .replace("2024-01-01T00:00:00Z", "2026-03-04T05:06:07Z"),
    );
    expect(await scene.text()).toBe(before);
    expect(await scene.labels()).toEqual({
      [scene.first]: ["AWSCURRENT"],
      [scene.token]: ["AWSPENDING", `FROM-${scene.first}`, "PREPARED"],
    });
  });

  it("opens no connection", async () => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    expect(scene.tried).toEqual([]);
  });

  it("run twice with one token makes one version with one rotated_at", async () => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    const made = await scene.text("AWSPENDING");
    scene.now = new Date("2026-04-01T00:00:00Z");
    await scene.run("createSecret");
    expect(await scene.text("AWSPENDING")).toBe(made);
    expect(Object.keys((await scene.labels()) ?? {})).toHaveLength(2);
  });

  it("run twice at once makes one version, and both succeed", async () => {
    const scene = await scenes.scene();
    expect(await Promise.all([scene.run("createSecret"), scene.run("createSecret")])).toEqual([
      "done",
      "done",
    ]);
    await scene.run("setSecret");
    await scene.run("finishSecret");
    expect(await scene.admits(await scene.value(scene.token))).toBe(true);
  });

  it("whose reply was lost succeeds the next time with the value that it wrote", async () => {
    const scene = await scenes.scene();
    const lost = scene.intercept({
      after: (call) => (call.operation === "PutSecretValue" ? "lose" : undefined),
    });
    await expect(scene.run("createSecret")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    lost[Symbol.dispose]();
    const written = await scene.text("AWSPENDING");
    await scene.run("createSecret");
    expect(await scene.text("AWSPENDING")).toBe(written);
  });

  it("passes the RotationToken on", async () => {
    const scene = await scenes.scene();
    const rotationToken = randomUUID();
    await scene.run("createSecret", { rotationToken });
    expect(scene.calls("PutSecretValue").map(({ input }) => input["RotationToken"])).toEqual([
      rotationToken,
    ]);
  });

  it("does not add rotated_at to a secret that has none", async () => {
    const scene = await scenes.scene(({ rotated_at: _, ...value }) => value);
    await scene.run("createSecret");
    expect(await scene.value("AWSPENDING")).not.toHaveProperty("rotated_at");
  });

  it("keeps a connection string whose user is written in another way", async () => {
    const scene = await scenes.scene((value) => ({
      ...value,
      connection_string: value.connection_string
        .replace("postgresql://u", "postgresql+asyncpg://%75")
        .concat("?ssl=require#x"),
    }));
    await scene.run("createSecret");
    const { connection_string, password } = await scene.value("AWSPENDING");
    expect(connection_string).toMatch(
      new RegExp(
        `^postgresql\\+asyncpg://%75ser_\\w+:${password}@127\\.0\\.0\\.1:\\d+/postgres\\?ssl=require#x$`,
      ),
    );
  });

  it("refuses a value that would be greater than Secrets Manager takes, before it writes", async () => {
    const scene = await scenes.scene((value) => {
      const short = { ...value, note: "" };
      const room = 65_536 - Buffer.byteLength(JSON.stringify(short, null, 2));
      return { ...short, note: "n".repeat(room) };
    });
    await expect(scene.run("createSecret")).rejects.toMatchObject({
      code: "SECRET_TOO_LARGE",
      message: expect.stringContaining("65536"),
    });
    expect(scene.calls("PutSecretValue")).toEqual([]);
    expect(scene.tried).toEqual([]);
  });

  it.each<[string, (value: Value) => object, string]>([
    [
      "a field that is missing",
      ({ password, ...value }) => ({
        ...value,
        connection_string: value.connection_string.replace(`:${password}@`, "@"),
      }),
      "FIELD_MISSING",
    ],
    ["a field that is mistyped", (value) => ({ ...value, port: [5432] }), "FIELD_INVALID"],
    ["a URL that names another host", (value) => ({ ...value, host: "127.1" }), "URL_MISMATCH"],
    ["another engine", (value) => ({ ...value, engine: "mysql" }), "ENGINE_MISMATCH"],
    ["no object", () => [], "SECRET_NOT_JSON"],
  ])("refuses %s without a write or a connection", async (_, change, code) => {
    const scene = await scenes.scene(change);
    await expect(scene.run("createSecret")).rejects.toMatchObject({ code });
    expect(scene.calls("PutSecretValue")).toEqual([]);
    expect(scene.tried).toEqual([]);
  });

  it("replaces both logins of a secret that holds two", async () => {
    const scene = await scenes.sceneOfTwo();
    await scene.run("createSecret");
    const [before, after] = [
      JSON.parse(await scene.text()),
      JSON.parse(await scene.text("AWSPENDING")),
    ];
    expect(after).toEqual({
      ...before,
      ONE_PASSWORD: expect.stringMatching(/^\w{32}$/),
      TWO_PASSWORD: expect.stringMatching(/^\w{32}$/),
    });
    expect(new Set(Object.values({ ...before, ...after, old: before.ONE_PASSWORD })).size).toBe(5);
  });
});

describe("the gate", () => {
  it("refuses a secret that the manifest does not name, with one request", async () => {
    const scene = await scenes.scene();
    scene.isNamed = false;
    const calls = scenes.aws.calls.length;
    await expect(scene.run("createSecret")).rejects.toMatchObject({ code: "NOT_IN_MANIFEST" });
    expect(scenes.aws.calls.slice(calls).map(({ operation }) => operation)).toEqual([
      "DescribeSecret",
    ]);
  });

  it("refuses every step while the last rotation is not settled, and touches nothing", async () => {
    const scene = await scenes.scene();
    await scene.put(await scene.value(), ["RETIRING"]);
    for (const step of ["createSecret", "setSecret", "finishSecret"] as const)
      await expect(scene.run(step)).rejects.toMatchObject({ code: "UNSETTLED", retryable: true });
    expect(scene.tried).toEqual([]);
    expect(scene.calls("PutSecretValue")).toEqual([]);
    expect(scene.calls("UpdateSecretVersionStage")).toEqual([]);
  });

  it("refuses a token that has no version", async () => {
    const scene = await scenes.scene();
    scene.token = randomUUID();
    await expect(scene.run("createSecret")).rejects.toMatchObject({ code: "TOKEN_UNKNOWN" });
  });

  it("opens no connection before it has let the step pass", async () => {
    const scene = await scenes.scene();
    using _ = scene.intercept({
      before(call) {
        if (call.operation === "DescribeSecret") throw new AwsError("AccessDeniedException", "no");
      },
    });
    await expect(scene.run("setSecret")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    expect(scene.tried).toEqual([]);
  });
});

describe("the password in a field that the manifest does not name", () => {
  it("is refused before anything is written, and by a lone test", async () => {
    const scene = await scenes.scene((value) => ({ ...value, DB_PASSWORD: value.password }));
    const refusal = {
      code: "COPY_UNDECLARED",
      message: expect.stringContaining('the field "DB_PASSWORD" also holds'),
    };
    await expect(scene.run("testSecret")).rejects.toMatchObject(refusal);
    await expect(scene.run("createSecret")).rejects.toMatchObject(refusal);
    expect(scene.calls("PutSecretValue")).toEqual([]);
  });

  it("is replaced where it is declared", async () => {
    const login = await scenes.fixture.newUser();
    const spec = { urls: ["connection_string"], copies: ["DB_PASSWORD"] };
    const scene = new Scene(scenes, [login], spec);
    const value = databaseValue(login);
    await scene.create({ ...value, DB_PASSWORD: value.password });
    await scene.runAll();
    const now = JSON.parse(await scene.text());
    expect(now.DB_PASSWORD).toBe(now.password);
    expect(now.password).not.toBe(value.password);
  });

  it("is refused where what is declared to be a copy holds something else", async () => {
    const login = await scenes.fixture.newUser();
    const scene = new Scene(scenes, [login], { urls: ["connection_string"], copies: ["OTHER"] });
    await scene.create({ ...databaseValue(login), OTHER: "else" });
    await expect(scene.run("createSecret")).rejects.toMatchObject({
      code: "FIELD_INVALID",
      message: expect.stringContaining('"OTHER" is not the same as the password'),
    });
  });
});

describe("URLs of one login with several hosts", () => {
  it("all change where the hosts are declared, and only user and password in them", async () => {
    const login = await scenes.fixture.newUser();
    const spec = { urls: ["connection_string", "READ_URL"], otherHosts: ["reader.internal:6432"] };
    const scene = new Scene(scenes, [login], spec);
    const value = databaseValue(login);
    const reader = (password: string) =>
      `postgresql://${login.username}:${password}@reader.internal:6432/app?sslmode=require`;
    await scene.create({ ...value, READ_URL: reader(value.password) });
    await scene.runAll();
    const now = JSON.parse(await scene.text());
    expect(now.READ_URL).toBe(reader(now.password));
    expect(scene.tried.every(({ host }) => host === login.host)).toBe(true);
  });
});
