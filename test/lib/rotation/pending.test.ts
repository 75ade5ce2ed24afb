import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsError, type Interceptor } from "../../../standin/aws.ts";
import { type Scene, Scenes, type Value } from "./scene.ts";

let scenes: Scenes;
beforeAll(async () => {
  scenes = await Scenes.open();
});
afterAll(() => scenes?.[Symbol.asyncDispose]());

const usingSteps = ["createSecret", "setSecret", "finishSecret"] as const;

/** The rotation's version, as somebody else has written it. */
async function foreign(change: (value: Value) => object | string): Promise<Scene> {
  const scene = await scenes.scene();
  await scene.put(change(await scene.value()), ["AWSPENDING"], scene.token);
  return scene;
}

describe.each(usingSteps)("%s, with a pending version that somebody else has written,", (step) => {
  const elsewhere = (value: Value, part: string, by: string) => ({
    ...value,
    [part]: by,
    connection_string: `postgresql://${part === "username" ? by : value.username}:${value.password}@${part === "host" ? by : value.host}:${part === "port" ? by : value.port}/x`,
  });
  it.each([
    ["host", "evil.example"],
    ["port", "1"],
    ["database", "template1"],
    ["username", "postgres"],
  ])("refuses another %s before any connection", async (part, by) => {
    const scene = await foreign((value) => elsewhere(value, part, by));
    await expect(scene.run(step)).rejects.toMatchObject({
      code: "TARGET_CHANGED",
      message: expect.stringContaining(`differs from AWSCURRENT in ${part}.`),
    });
    expect(scene.tried).toEqual([]);
    expect(scene.calls("UpdateSecretVersionStage")).toEqual([]);
  });

  it.each<[string, (value: Value) => object | string]>([
    ["another field", (value) => ({ ...value, note: "edited" })],
    ["a field more", (value) => ({ ...value, more: 1 })],
    [
      "a URL's other database",
      (value) => ({ ...value, connection_string: `${value.connection_string}x` }),
    ],
    ["no rotated_at", ({ rotated_at: _, ...value }) => value],
    ["other white space", (value) => JSON.stringify(value)],
  ])("refuses %s, because promoting would change what it must not", async (_, change) => {
    const scene = await foreign(change);
    await expect(scene.run(step)).rejects.toMatchObject({
      code: "SECRET_CHANGED",
      message: expect.stringContaining(scene.token),
    });
    expect(scene.tried).toEqual([]);
  });

  it("refuses a text that is no JSON object", async () => {
    const scene = await foreign(() => "hunter2");
    await expect(scene.run(step)).rejects.toMatchObject({ code: "SECRET_NOT_JSON" });
    expect(scene.tried).toEqual([]);
  });
});

describe("setSecret, with a pending version that is as AWSCURRENT but for password and rotated_at,", () => {
  it("takes it, whoever wrote it", async () => {
    const scene = await foreign((value) => ({
      ...value,
      connection_string: value.connection_string.replace(value.password, "chosen"),
      password: "chosen",
      rotated_at: "2026-01-01T00:00:00Z",
    }));
    expect(await scene.run("setSecret")).toBe("done");
  });
});

describe("a value that is not visible yet", () => {
  const stale = (scene: Scene, times: number): Interceptor => {
    let left = times;
    return {
      before({ operation, input }) {
        if (operation === "GetSecretValue" && input["VersionId"] === scene.token && left-- > 0)
          throw new AwsError("ResourceNotFoundException", "not yet");
      },
    };
  };

  it.each([
    ["setSecret", 3],
    ["finishSecret", 5],
    ["createSecret", 2],
  ] as const)("is waited for by %s", async (step, times) => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    using _ = scene.intercept(stale(scene, times));
    expect(await scene.run(step)).toBe("done");
    expect(scene.slept).toEqual([50, 100, 200, 400, 800].slice(0, times));
  });

  it("is waited for a bounded time", async () => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    using _ = scene.intercept(stale(scene, Number.POSITIVE_INFINITY));
    await expect(scene.run("setSecret")).rejects.toMatchObject({
      code: "PENDING_EMPTY",
      retryable: true,
      message: expect.stringContaining(scene.token),
    });
    expect(scene.slept).toEqual([50, 100, 200, 400, 800]);
    expect(scene.tried).toEqual([]);
  });

  it("is not waited for beyond the deadline", async () => {
    const scene = await scenes.scene();
    const deadline = new AbortController();
    scene.onSleep = () => deadline.abort();
    await expect(scene.run("setSecret", { signal: deadline.signal })).rejects.toMatchObject({
      code: "DEADLINE",
    });
    expect(scene.slept).toEqual([50]);
  });

  it("is told where createSecret never ran", async () => {
    const scene = await scenes.scene();
    for (const step of ["setSecret", "finishSecret"] as const)
      await expect(scene.run(step)).rejects.toMatchObject({ code: "PENDING_EMPTY" });
    expect(scene.tried).toEqual([]);
  });
});

describe("setSecret, of a secret without rotated_at,", () => {
  it("refuses a pending version that has one", async () => {
    const scene = await scenes.scene(({ rotated_at: _, ...value }) => value);
    const value = await scene.value();
    await scene.put({ ...value, rotated_at: "2026-01-01T00:00:00Z" }, ["AWSPENDING"], scene.token);
    await expect(scene.run("setSecret")).rejects.toMatchObject({ code: "SECRET_CHANGED" });
  });
});

describe("a lone testSecret", () => {
  it("succeeds with a pending version that has no value, and proves AWSCURRENT", async () => {
    const scene = await scenes.scene();
    const reads = scene.calls("GetSecretValue").length;
    expect(await scene.run("testSecret")).toBe("done");
    expect(new Set(scene.tried.map(({ password }) => password.reveal()))).toEqual(
      new Set([scene.logins[0]?.password.reveal()]),
    );
    expect(scene.calls("GetSecretValue").length - reads).toBe(1);
    expect(scene.calls("UpdateSecretVersionStage")).toEqual([]);
    expect(scene.calls("PutSecretValue")).toEqual([]);
    expect(scene.warnings).toEqual([]);
  });

  it("warns where nobody would hear of a failure", async () => {
    const scene = await scenes.scene();
    scene.hasListener = false;
    expect(await scene.run("testSecret")).toBe("done");
    expect(scene.warnings).toEqual([expect.stringContaining("no confirmed subscription")]);
  });

  it("fails where AWSCURRENT does not log in", async () => {
    const scene = await scenes.scene();
    await scene.setByHand();
    await expect(scene.run("testSecret")).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
      message: expect.stringContaining("AWSCURRENT"),
    });
  });

  it("is given up at the deadline", async () => {
    const scene = await scenes.scene();
    const deadline = new AbortController();
    scene.onSleep = () => deadline.abort();
    await expect(scene.run("testSecret", { signal: deadline.signal })).rejects.toMatchObject({
      code: "DEADLINE",
    });
    expect(scene.tried).toEqual([]);
  });
});
