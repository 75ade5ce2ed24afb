import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsError } from "../../../standin/aws.ts";
import { type Scene, Scenes, type Value } from "./scene.ts";

let scenes: Scenes;
beforeAll(async () => {
  scenes = await Scenes.open();
});
afterAll(() => scenes?.[Symbol.asyncDispose]());

const withPassword = (value: Value, password: string): Value => ({
  ...value,
  connection_string: value.connection_string.replace(value.password, password),
  password,
});

/** A scene whose AWSCURRENT has been edited `edits` times to passwords that the server never heard of. */
async function edited(edits: number): Promise<Scene> {
  const scene = await scenes.scene();
  const value = await scene.value();
  for (let i = 0; i < edits; i++)
    await scene.put(withPassword(value, `wrong-${i}`), ["AWSCURRENT"]);
  await scene.again();
  await scene.run("createSecret");
  return scene;
}

async function expectHealed(scene: Scene): Promise<void> {
  expect(await scene.labels()).toMatchObject({
    [scene.token]: expect.arrayContaining(["AWSCURRENT"]),
  });
  expect(await scene.admits(await scene.value())).toBe(true);
}

describe("setSecret, where AWSCURRENT is refused,", () => {
  it("promotes at once where the server has the pending password already", async () => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    await scene.setByHand((await scene.value("AWSPENDING")).password);
    let changes = 0;
    scene.onChange = async () => {
      changes += 1;
    };
    expect(await scene.run("setSecret")).toBe("done");
    expect(changes).toBe(0);
    await expectHealed(scene);
    expect(await scene.labels()).toMatchObject({ [scene.first]: ["AWSPREVIOUS", "RETIRING"] });
    expect(await scene.run("testSecret")).toBe("alreadyCurrent");
    expect(await scene.run("finishSecret")).toBe("alreadyCurrent");
  });

  it.each([
    ["AWSPREVIOUS", 1],
    ["a version without a label", 3],
  ])("changes the password by the one of %s, and promotes at once", async (_, edits) => {
    const scene = await edited(edits);
    expect(await scene.run("setSecret")).toBe("done");
    await expectHealed(scene);
    expect(await scene.admits({ password: scene.logins[0]?.password.reveal() ?? "" })).toBe(false);
  });

  it("tries AWSCURRENT, AWSPENDING, AWSPREVIOUS, then the others from the newest on", async () => {
    const scene = await edited(3);
    await scene.run("setSecret");
    const pending = (await scene.value()).password;
    const first = scene.logins[0]?.password.reveal();
    expect(scene.tried.map(({ password }) => password.reveal()).slice(0, 5)).toEqual([
      "wrong-2",
      pending,
      "wrong-1",
      "wrong-0",
      first,
    ]);
  });

  it("passes over versions of another target, and over what is no login", async () => {
    const scene = await scenes.scene();
    const value = await scene.value();
    await scene.put(withPassword({ ...value, database: "template1" }, "elsewhere"), ["AWSCURRENT"]);
    await scene.put("not JSON", ["AWSCURRENT"]);
    await scene.put(withPassword(value, "wrong"), ["AWSCURRENT"]);
    await scene.again();
    await scene.run("createSecret");
    expect(await scene.run("setSecret")).toBe("done");
    expect(scene.tried.some(({ password }) => password.reveal() === "elsewhere")).toBe(false);
    await expectHealed(scene);
  });

  it("and everything else is, too, changes no label", async () => {
    const scene = await edited(2);
    await scene.setByHand();
    const before = await scene.labels();
    await expect(scene.run("setSecret")).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
      retryable: false,
      message: expect.stringContaining("with AWSCURRENT, AWSPENDING, 2 earlier versions"),
    });
    expect(await scene.labels()).toEqual(before);
  });

  it("and the label cannot be moved, changes the password back to the earlier one", async () => {
    const scene = await edited(1);
    using _ = scene.intercept({
      before({ operation, input }) {
        if (operation === "UpdateSecretVersionStage" && input["VersionStage"] === "AWSCURRENT")
          throw new AwsError("AccessDeniedException", "no");
      },
    });
    await expect(scene.run("setSecret")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    expect(await scene.admits({ password: scene.logins[0]?.password.reveal() ?? "" })).toBe(true);
  });
});

describe("setSecret, where AWSCURRENT is accepted,", () => {
  it("tries no other password and changes nothing", async () => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    const stored = await scenes.fixture.stored(scene.logins[0]?.username ?? "");
    await scene.run("setSecret");
    await scene.run("setSecret");
    expect(await scenes.fixture.stored(scene.logins[0]?.username ?? "")).toBe(stored);
    expect(scene.tried).toHaveLength(2);
    expect(scene.calls("ListSecretVersionIds")).toEqual([]);
  });
});

describe("a server that cannot be reached", () => {
  it("is no refusal: no other password is tried, no label changed", async () => {
    const scene = await scenes.scene((value) => ({
      ...value,
      port: "1",
      connection_string: value.connection_string.replace(/:\d+\//, ":1/"),
    }));
    await scene.run("createSecret");
    const before = await scene.labels();
    for (const step of ["setSecret", "testSecret", "finishSecret"] as const)
      await expect(scene.run(step)).rejects.toMatchObject({ code: "UNREACHABLE" });
    expect(scene.tried).toHaveLength(3);
    expect(await scene.labels()).toEqual(before);
  });
});

describe("finishSecret", () => {
  it("heals as setSecret does where the password was changed in between", async () => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    await scene.run("setSecret");
    await scene.setByHand((await scene.value("AWSPENDING")).password);
    expect(await scene.run("finishSecret")).toBe("done");
    await expectHealed(scene);
  });
});

describe("a fresh rotation, after AWSPENDING was removed in mid-outage,", () => {
  it("finds the accepted password in the version without a label", async () => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    const lost = scene.token;
    await scene.setByHand((await scene.value("AWSPENDING")).password);
    await scenes.move(scene.name, "AWSPENDING", lost);
    await scene.again();
    await scene.runAll();
    await expectHealed(scene);
    expect(await scene.admits(await scene.value(lost))).toBe(false);
  });
});
