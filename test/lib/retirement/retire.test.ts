import { randomUUID } from "node:crypto";
import { DeleteSecretCommand } from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Action, actions } from "../../../lib/retirement/request.ts";
import { newPassword } from "../../contracts/engine.ts";
import { type PairScene, pairScene, settle } from "../rotation/pair-scene.ts";
import { type Scene, Scenes, type Value } from "../rotation/scene.ts";

let scenes: Scenes;
beforeAll(async () => {
  scenes = await Scenes.open();
});
afterAll(() => scenes?.[Symbol.asyncDispose]());

/** A rotation by alternating users that is over but for the end of the owner's login. */
async function unsettled(): Promise<PairScene> {
  const pair = await pairScene(scenes);
  await pair.scene.runAll();
  pair.scene.tried.length = 0;
  return pair;
}

/** The same by in-place. */
async function switched(): Promise<Scene> {
  const scene = await scenes.scene();
  await scene.runAll();
  scene.tried.length = 0;
  return scene;
}

/** An application's session under what a version holds. */
async function consumer(scene: Scene, version: string) {
  const { host, port, database, username: user, password } = await scene.value(version);
  const ca = scene.logins[0]?.ca;
  const client = new pg.Client({
    host,
    port: Number(port),
    database,
    user,
    password,
    ssl: { ca: typeof ca === "object" ? ca.pem : "" },
  });
  client.on("error", () => {});
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  await client.connect();
  return Object.assign(client, { ended, [Symbol.asyncDispose]: () => client.end() });
}

const moveRetiring = async (scene: Scene, to: string) =>
  scenes.move(scene.name, "RETIRING", await scene.holder("RETIRING"), to);

/** Every action is refused, and no connection is opened for it. */
/** What settlement asks for is answered: for it this is no failure. */
async function expectHeld(scene: Scene, label: string): Promise<void> {
  await expectRefused(
    scene,
    scene.first,
    {
      code: "HELD_BY_LIVE_VERSION",
      message: expect.stringContaining(label),
      retryable: false,
    },
    ["probe", "quiet", "retire", "endSessions"],
  );
  for (const action of ["retireUnused", "retireLeaked"] as const)
    expect(await scene.retire(action)).toMatchObject({ outcome: "done", heldBy: label });
  expect(scene.tried).toEqual([]);
}

async function expectRefused(
  scene: Scene,
  version: string,
  expected: object,
  asked: readonly Action[] = actions.filter(
    (action) => !action.startsWith("probe") || action === "probe",
  ),
): Promise<void> {
  scene.tried.length = 0;
  for (const action of asked)
    await expect(scene.retire(action, version), action).rejects.toMatchObject(expected);
  expect(scene.tried).toEqual([]);
}

describe("the old user of a pair", () => {
  it("is alive until it is retired, and dead then; once more changes nothing", async () => {
    const { scene, owner } = await unsettled();
    const done = { outcome: "done", secret: scene.name };
    expect(await scene.retire("probe")).toEqual({ ...done, accepted: true });
    expect(await scene.retire("retire")).toEqual({ ...done, accepted: false });
    expect(await scene.retire("probe")).toEqual({ ...done, accepted: false });
    const stored = await scenes.fixture.stored(owner);
    expect(await scene.retire("retire")).toEqual({ ...done, accepted: false });
    expect(JSON.parse(await scenes.fixture.stored(owner))).toMatchObject({
      rolcanlogin: false,
      rolpassword: null,
      oid: JSON.parse(stored).oid,
    });
  });

  it("is looked for and ended where it still has sessions", async () => {
    const { scene } = await unsettled();
    expect(await scene.retire("quiet")).toMatchObject({ sessions: 0 });
    const late = await consumer(scene, scene.first);
    await using current = await consumer(scene, scene.token);
    expect(await scene.retire("quiet")).toMatchObject({ sessions: 1 });
    await scene.retire("retire");
    expect(await scene.retire("quiet")).toMatchObject({ sessions: 1 });
    expect(await scene.retire("endSessions")).toMatchObject({ ended: 1 });
    await late.ended;
    await current.query("SELECT 1");
    await vi.waitFor(async () =>
      expect(await scene.retire("quiet")).toMatchObject({ sessions: 0 }),
    );
    expect(await scene.retire("endSessions")).toMatchObject({ ended: 0 });
  });

  it("still owns what it made, and the other one goes on", async () => {
    const { scene, owner } = await unsettled();
    await using old = await consumer(scene, scene.first);
    await old.query("CREATE TABLE kept (a int)");
    await scene.retire("retire");
    await using current = await consumer(scene, scene.token);
    await current.query("ALTER TABLE kept ADD b int");
    const tables = await scenes.fixture.query(
      `SELECT tableowner FROM pg_tables WHERE schemaname = '${owner}'`,
    );
    expect(tables).toEqual([{ tableowner: owner }]);
  });

  it("that is a clone hands over what it owns before it is kept out", async () => {
    const pair = await unsettled();
    const { scene, owner, clone } = pair;
    await settle(scene);
    const cloned = scene.token;
    await scene.again();
    await scene.runAll();
    // As after SET ROLE NONE in a pool.
    await using old = await consumer(scene, cloned);
    await old.query("BEGIN; SET LOCAL ROLE none");
    await old.query(`CREATE TABLE ${owner}.stray (a int); COMMIT`);
    const ownerOf = () =>
      scenes.fixture.query(`SELECT tableowner AS name FROM pg_tables WHERE tablename = 'stray'
        AND schemaname = '${owner}'`);
    expect(await ownerOf()).toEqual([{ name: clone }]);
    await scene.retire("retire");
    expect(await ownerOf()).toEqual([{ name: owner }]);
  });

  it("that comes back in the same moment is told to be accepted still", async () => {
    const { scene, owner } = await unsettled();
    const { password } = await scene.value(scene.first);
    scene.onLogin = async ({ username }) => {
      if (username === owner)
        await scenes.fixture.query(`ALTER ROLE ${owner} LOGIN PASSWORD '${password}'`);
    };
    await expect(scene.retire("retire")).rejects.toMatchObject({
      code: "STILL_ACCEPTED",
      retryable: true,
      message: expect.stringContaining(owner),
    });
    scene.onLogin = async () => {};
    expect(await scene.retire("retire")).toMatchObject({ accepted: false });
  });

  it("is kept while AWSCURRENT is refused: it may be the only one that works", async () => {
    const { scene, clone } = await unsettled();
    await scenes.fixture.query(`ALTER ROLE ${clone} PASSWORD 'changed-by-hand'`);
    await expect(scene.retire("retire")).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
      impact: "outage",
      message: expect.stringContaining(`user ${clone} with AWSCURRENT`),
    });
    expect(await scene.retire("probe")).toMatchObject({ accepted: true });
  });

  it("is not retired by an administrator that the manifest's secret does not give", async () => {
    const { scene, adminSecret } = await unsettled();
    const input = { SecretId: adminSecret, ForceDeleteWithoutRecovery: true };
    await scenes.client.send(new DeleteSecretCommand(input));
    await expect(scene.retire("retire")).rejects.toMatchObject({ code: "ADMIN_UNUSABLE" });
    expect(await scene.retire("probe")).toMatchObject({ accepted: true });
  });
});

describe("the old password of one user", () => {
  it("was ended by the switch itself, which is proven", async () => {
    const scene = await switched();
    for (const action of ["probe", "retire", "retire"] as const)
      expect(await scene.retire(action)).toMatchObject({ accepted: false });
    expect(await scene.retire("quiet")).toMatchObject({ sessions: null });
    await using current = await consumer(scene, scene.token);
    expect(await scene.retire("endSessions")).toMatchObject({ ended: 0 });
    await current.query("SELECT 1");
  });

  it("that somebody set again is told to be accepted still", async () => {
    const scene = await switched();
    await scene.setByHand((await scene.value(scene.first)).password);
    await expect(scene.retire("retire")).rejects.toMatchObject({
      code: "STILL_ACCEPTED",
      retryable: true,
      message: expect.stringContaining(scene.logins[0]?.username ?? ""),
    });
    expect(await scene.retire("probe")).toMatchObject({ accepted: true });
  });
});

describe("what is not on its way out", () => {
  const notRetiring = { code: "NOT_RETIRING", retryable: true };

  it("is left alone: AWSCURRENT, a version without a label, one that does not exist", async () => {
    const { scene } = await unsettled();
    await expectRefused(scene, scene.token, {
      ...notRetiring,
      message: expect.stringContaining("AWSCURRENT"),
    });
    const label = await scene.holder("RETIRING");
    await scenes.move(scene.name, "RETIRING", label);
    await expectRefused(scene, scene.first, notRetiring);
    await expectRefused(scene, "00000000-0000-0000-0000-000000000000", notRetiring);
  });

  it("is left alone although RETIRING sits on it: AWSCURRENT, AWSPENDING", async () => {
    const { scene } = await unsettled();
    await moveRetiring(scene, scene.token);
    await expectRefused(scene, scene.token, notRetiring);
    const pending = await scene.put(await scene.value(scene.first), ["AWSPENDING"]);
    await moveRetiring(scene, pending);
    await expectRefused(scene, pending, notRetiring);
  });

  it("is left alone where a hand edit holds it in AWSPENDING", async () => {
    const { scene } = await unsettled();
    // With another password: the login that would end is the same.
    const value = edited(await scene.value(scene.first), { password: "another" });
    await scene.put(value, ["AWSPENDING"]);
    await expectHeld(scene, "AWSPENDING");
  });

  it("is left alone, and told, where AWSCURRENT names its user with a password that is refused", async () => {
    const { scene } = await unsettled();
    await scene.put(edited(await scene.value(scene.first), { password: "another" }), [
      "AWSCURRENT",
    ]);
    for (const action of ["retireUnused", "retireLeaked"] as const)
      await expect(scene.retire(action)).rejects.toMatchObject({
        code: "CURRENT_REFUSED",
        impact: "outage",
      });
  });

  it("is held where AWSCURRENT names its user with the password that is in force", async () => {
    const { scene, owner } = await unsettled();
    const password = newPassword();
    await scene.put(edited(await scene.value(scene.first), { password: password.reveal() }), [
      "AWSCURRENT",
    ]);
    await scenes.fixture.query(`ALTER ROLE "${owner}" PASSWORD '${password.reveal()}'`);
    expect(await scene.retire("retireUnused")).toMatchObject({ heldBy: "AWSCURRENT" });
  });

  it("is left alone where a leaked-mode rotation gives its user the next password meanwhile", async () => {
    const { scene } = await unsettled();
    scene.onLogin = async () => {
      scene.onLogin = async () => {};
      await scene.again(`leaked-${randomUUID()}`);
      await scene.runAll();
    };
    await expect(scene.retire("retire", scene.first)).rejects.toMatchObject({
      code: expect.stringMatching(/^(LABELS_CHANGED|NOT_RETIRING)$/),
    });
    expect(await scene.admits(await scene.value())).toBe(true);
  });

  it.each(["AWSCURRENT", "AWSPENDING"])(
    "is left alone where a hand edit holds its very password in %s",
    async (label) => {
      const scene = await switched();
      await scene.put(await scene.value(scene.first), [label]);
      await expectHeld(scene, label);
    },
  );

  it.each([
    ["host", { host: "localhost" }],
    ["port", { port: "1" }],
    ["database", { database: "template1" }],
    ["username", { username: "postgres" }],
  ] as const)("is left alone where it names another %s", async (part, change) => {
    for (const scene of [(await unsettled()).scene, await switched()]) {
      const forged = await scene.put(edited(await scene.value(scene.first), change), ["FORGED"]);
      await moveRetiring(scene, forged);
      await expectRefused(scene, forged, {
        code: "TARGET_CHANGED",
        retryable: false,
        message: expect.stringContaining(part),
      });
    }
  });

  it("is left alone where it names the user of another pair", async () => {
    const [{ scene }, other] = [await unsettled(), await unsettled()];
    const { username, password } = await other.scene.value(other.scene.first);
    const forged = edited(await scene.value(scene.first), { username, password });
    const version = await scene.put(forged, ["FORGED"]);
    await moveRetiring(scene, version);
    await expectRefused(scene, version, { code: "TARGET_CHANGED" });
    expect(await other.scene.retire("probe")).toMatchObject({ accepted: true });
  });

  it("is left alone in a secret that the manifest does not name", async () => {
    const { scene } = await unsettled();
    scene.isNamed = false;
    await expectRefused(scene, scene.first, { code: "NOT_IN_MANIFEST" });
  });
});

/** Another value with its URL beside it. */
function edited(value: Value, change: Partial<Value>): Value {
  const next = { ...value, ...change };
  const { username, password, host, port, database } = next;
  return {
    ...next,
    connection_string: `postgresql://${username}:${password}@${host}:${port}/${database}`,
  };
}

describe("what AWSCURRENT has left by hand is probed, whatever its labels", () => {
  const move = (scene: Scene, to: string) => scenes.move(scene.name, "AWSCURRENT", scene.token, to);

  it("works, or is dead", async () => {
    const { scene } = await unsettled();
    await scene.unlabel();
    expect(await scene.retire("probeLeft", scene.first)).toMatchObject({ accepted: true });
    await scenes.move(scene.name, "AWSPENDING", scene.token);
    await move(scene, scene.first);
    expect(await scene.retire("probeLeft", scene.token)).toMatchObject({ accepted: true });
    const { username } = await scene.value(scene.token);
    await scenes.fixture.query(`ALTER ROLE "${username}" NOLOGIN`);
    expect(await scene.retire("probeLeft", scene.token)).toMatchObject({ accepted: false });
  });

  it("is the same credential as AWSCURRENT, or AWSPENDING", async () => {
    const { scene } = await unsettled();
    await scene.put({ ...(await scene.value()), note: "another" }, ["AWSCURRENT"]);
    scene.tried.length = 0;
    const probed = scene.retire("probeLeft", scene.token);
    expect(await probed).toMatchObject({ heldBy: "AWSCURRENT" });
    expect(scene.tried).toEqual([]);
    await scene.put(await scene.value(scene.first), ["AWSPENDING"]);
    const staged = scene.retire("probeLeft", scene.first);
    expect(await staged).toMatchObject({ heldBy: "AWSPENDING" });
  });

  it("cannot be used here: it leads elsewhere, or holds no credential", async () => {
    const { scene } = await unsettled();
    const value = await scene.value(scene.first);
    const elsewhere = await scene.put(edited(value, { host: "localhost" }), ["FORGED"]);
    expect(await scene.retire("probeLeft", elsewhere)).toMatchObject({ elsewhere: true });
    const missing = "00000000-0000-0000-0000-000000000000";
    expect(await scene.retire("probeLeft", missing)).toMatchObject({ elsewhere: true });
  });

  it.each(["another user's", "its own user's"])(
    "is told where AWSCURRENT is refused: %s",
    async (whose) => {
      const { scene } = await unsettled();
      const value = await scene.value(whose === "its own user's" ? scene.token : scene.first);
      await scene.put(edited(value, { password: "another" }), ["AWSCURRENT"]);
      await expect(scene.retire("probeLeft", scene.token)).rejects.toMatchObject({
        code: "CURRENT_REFUSED",
        impact: "outage",
        remedy: expect.stringContaining(scene.token),
      });
    },
  );
});

describe("a version is tried for an emergency", () => {
  const asked = (scene: Scene, version: string) => scene.retire("probeVersion", version);

  it("works or does not, also where AWSCURRENT is refused", async () => {
    const { scene } = await unsettled();
    expect(await asked(scene, scene.first)).toMatchObject({ works: true });
    await scene.put(edited(await scene.value(), { password: "another" }), ["AWSCURRENT"]);
    expect(await asked(scene, scene.first)).toMatchObject({ works: true });
    const { username } = await scene.value(scene.first);
    await scenes.fixture.query(`ALTER ROLE "${username}" NOLOGIN`);
    const credential = expect.stringContaining(username);
    expect(await asked(scene, scene.first)).toMatchObject({ works: false, credential });
  });

  it("is the same as AWSCURRENT, or leads elsewhere: nobody logs in", async () => {
    const { scene } = await unsettled();
    const value = await scene.value();
    await scene.put({ ...value, note: "another" }, ["AWSCURRENT"]);
    const elsewhere = await scene.put(edited(value, { host: "localhost" }), ["FORGED"]);
    scene.tried.length = 0;
    expect(await asked(scene, scene.token)).toMatchObject({ heldBy: "AWSCURRENT" });
    expect(await asked(scene, elsewhere)).toMatchObject({ elsewhere: true });
    expect(scene.tried).toEqual([]);
  });
});

describe("AWSCURRENT is tried for watch", () => {
  it("is accepted, of whichever user", async () => {
    const { scene } = await unsettled();
    expect(await scene.probe(scene.name)).toEqual([{ secret: scene.name, current: "accepted" }]);
    expect(scene.tried.map(({ username }) => username)).toEqual([(await scene.value()).username]);
  });

  it("is refused where somebody changed the password, and so is every other version", async () => {
    const scene = await switched();
    await scene.setByHand();
    const credential = expect.stringMatching(/^user \S+ on /);
    expect(await scene.probe(scene.name)).toEqual([
      { secret: scene.name, current: "refused", credential, version: scene.token },
    ]);
  });

  it("is refused where somebody edited the secret; the version that is accepted is named", async () => {
    const { scene } = await unsettled();
    const value = await scene.value();
    const edit = await scene.put(edited(value, { password: "another" }), ["AWSCURRENT"]);
    expect(await scene.probe(scene.name)).toMatchObject([
      { current: "refused", version: edit, accepted: scene.token },
    ]);
    await scenes.move(scene.name, "AWSCURRENT", edit, scene.token);
    expect(await scene.probe(scene.name)).toMatchObject([{ current: "accepted" }]);
  });

  it("is refused while AWSPENDING stands, too; where a switch may be under way, that may pass", async () => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    await scene.setByHand();
    const refused = { secret: scene.name, current: "refused", version: scene.first };
    const credential = expect.stringMatching(/^user \S+ on /);
    expect(await scene.probe(scene.name)).toEqual([{ ...refused, credential }]);
    await scenes.move(scene.name, "RETIRING", undefined, scene.first);
    expect(await scene.probe(scene.name)).toEqual([{ ...refused, credential, mayPass: true }]);
    await scenes.move(scene.name, "AWSPENDING", scene.token);
    expect(await scene.probe(scene.name)).toEqual([{ ...refused, credential }]);
  });

  it("of a pair is refused for good while AWSPENDING stands: no rotation switches it", async () => {
    const { scene } = await unsettled();
    await scene.unlabel();
    await scene.again();
    await scene.run("createSecret");
    const current = await scene.holder("AWSCURRENT");
    const edit = await scene.put(edited(await scene.value(), { password: "another" }), ["MINE"]);
    await scenes.move(scene.name, "AWSCURRENT", current, edit);
    await scenes.move(scene.name, "RETIRING", undefined, edit);
    const [answer] = await scene.probe(scene.name);
    expect(answer).toMatchObject({ current: "refused", version: edit, accepted: current });
    expect(answer).not.toHaveProperty("mayPass");
  });

  it("is not known where AWSCURRENT was moved meanwhile", async () => {
    const scene = await switched();
    await scene.setByHand();
    scene.onLogin = async () => {
      scene.onLogin = async () => {};
      await scenes.move(scene.name, "AWSCURRENT", scene.token, scene.first);
    };
    expect(await scene.probe(scene.name)).toEqual([{ secret: scene.name, current: "unknown" }]);
  });

  it("of a secret that is deleted, or holds no login, is not known, and why; of the others it is", async () => {
    const { scene } = await unsettled();
    const [ok, stray] = await scene.probe(scene.name, "stray");
    expect(ok).toMatchObject({ current: "accepted" });
    expect(stray).toMatchObject({ current: "unknown", failure: { code: "AWS_CALL_FAILED" } });
    await scene.put({ username: "app" }, ["AWSCURRENT"]);
    expect(await scene.probe(scene.name)).toMatchObject([
      { current: "unknown", failure: { code: "FIELD_MISSING", retryable: false } },
    ]);
    await scenes.client.send(new DeleteSecretCommand({ SecretId: scene.name }));
    expect(await scene.probe(scene.name)).toMatchObject([{ current: "unknown" }]);
  });
});

describe("two logins of one secret", () => {
  /** After a rotation of both; then AWSCURRENT is written by hand, with these fields as they were before. */
  async function putBack(...fields: readonly string[]): Promise<Scene> {
    const scene = await scenes.sceneOfTwo();
    await scene.runAll();
    const [old, now] = [await scene.value("AWSPREVIOUS"), await scene.value()];
    const back = Object.entries(old).filter(([field]) => fields.includes(field));
    await scene.put({ ...now, ...Object.fromEntries(back) }, ["AWSCURRENT"]);
    scene.tried.length = 0;
    return scene;
  }

  it("are both proven dead", async () => {
    const scene = await putBack();
    expect(await scene.retire("retire")).toMatchObject({ accepted: false });
    expect(scene.tried.map(({ username }) => username)).toEqual(
      scene.logins.map(({ username }) => username),
    );
  });

  it("end without the one that somebody put back by hand", async () => {
    const scene = await putBack("ONE_PASSWORD");
    expect(await scene.retire("retire")).toMatchObject({ accepted: false });
    expect(scene.tried.map(({ username }) => username)).toEqual([scene.logins[1]?.username]);
  });

  it("are refused where both were put back", async () => {
    const scene = await putBack("ONE_PASSWORD", "TWO_PASSWORD");
    await expect(scene.retire("retire")).rejects.toMatchObject({ code: "HELD_BY_LIVE_VERSION" });
    expect(scene.tried).toEqual([]);
  });
});
