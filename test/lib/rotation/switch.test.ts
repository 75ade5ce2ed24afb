import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DeadlineReached } from "../../../lib/context/deadline.ts";
import {
  LoginForbidden,
  PasswordRejected,
  PermissionDenied,
} from "../../../lib/rotators/login/server-errors.ts";
import { Unreachable } from "../../../lib/rotators/login/transport-errors.ts";
import { postgres } from "../../../lib/rotators/postgres/postgres.ts";
import { AwsError, type Call } from "../../../standin/aws.ts";
import { type ChangeHook, type Scene, Scenes } from "./scene.ts";

let scenes: Scenes;
beforeAll(async () => {
  scenes = await Scenes.open();
});
afterAll(() => scenes?.[Symbol.asyncDispose]());

/** A rotation with all ahead of finishSecret behind it. */
async function ready(): Promise<Scene> {
  const scene = await scenes.scene();
  for (const step of ["createSecret", "setSecret", "testSecret"] as const) await scene.run(step);
  return scene;
}

const isPromotion = ({ operation, principal, input }: Call) =>
  operation === "UpdateSecretVersionStage" &&
  input["VersionStage"] === "AWSCURRENT" &&
  principal === "function";

const denied = new AwsError("AccessDeniedException", "not authorized");
const denyPromotion = {
  before(call: Call) {
    if (isPromotion(call)) throw denied;
  },
};

/** AWSCURRENT is the first version still, it logs in, and the new password does not. */
async function expectAsBefore(scene: Scene): Promise<void> {
  expect(await scene.labels()).toMatchObject({
    [scene.first]: expect.arrayContaining(["AWSCURRENT"]),
  });
  expect(await scene.admits(await scene.value())).toBe(true);
  expect(await scene.admits(await scene.value(scene.token))).toBe(false);
}

/** AWSCURRENT is the new version, it logs in, and the old password does not. */
async function expectPromoted(scene: Scene): Promise<void> {
  expect(await scene.labels()).toMatchObject({
    [scene.token]: expect.arrayContaining(["AWSCURRENT"]),
  });
  expect(await scene.admits(await scene.value())).toBe(true);
  expect(await scene.admits(await scene.value(scene.first))).toBe(false);
}

describe("a rotation in which nothing goes wrong", () => {
  it("promotes the new version, and marks the old one RETIRING", async () => {
    const scene = await scenes.scene();
    await scene.runAll();
    await expectPromoted(scene);
    expect(await scene.labels()).toEqual({
      [scene.first]: ["AWSPREVIOUS", "RETIRING"],
      [scene.token]: ["AWSCURRENT", "AWSPENDING", `FROM-${scene.first}`, "PREPARED"],
    });
  });

  it("changes nothing on the server before finishSecret", async () => {
    const scene = await ready();
    await expectAsBefore(scene);
  });

  it("never tries a password that is refused", async () => {
    const scene = await scenes.scene();
    await scene.runAll();
    const pending = (await scene.value()).password;
    expect(scene.tried.map(({ password }) => password.reveal() === pending)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it("takes 4 connections and no more than 13 AWS requests", async () => {
    const scene = await scenes.scene();
    const before = scenes.aws.calls.length;
    await scene.runAll();
    expect(scene.tried).toHaveLength(4);
    expect(scenes.aws.calls.length - before).toBeLessThanOrEqual(13);
  });

  it("answers every step again once it is promoted, without a connection", async () => {
    const scene = await scenes.scene();
    await scene.runAll();
    const tried = scene.tried.length;
    for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const)
      expect(await scene.run(step)).toBe("alreadyCurrent");
    expect(scene.tried).toHaveLength(tried);
    await expectPromoted(scene);
  });

  it("is refused a successor until it is settled", async () => {
    const scene = await scenes.scene();
    await scene.runAll();
    await scene.again();
    await expect(scene.run("createSecret")).rejects.toMatchObject({ code: "UNSETTLED" });
  });
});

/** The sessions of a user that wait for its lock. */
const waitingFor = ({ username }: { username: string }) =>
  `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
   WHERE locktype = 'advisory' AND NOT granted AND usename = '${username}'`;

describe("finishSecret, run twice at once,", () => {
  it("changes the password once, and both succeed", async () => {
    const scene = await ready();
    const [tried, changes]: [number, string[]] = [scene.tried.length, []];
    scene.onChange = async (username, change) => {
      changes.push(username);
      // Until the other one has logged in, too, and waits for the lock.
      await vi.waitFor(() => expect(scene.tried.length).toBeGreaterThanOrEqual(tried + 2), {
        timeout: 8000,
      });
      await sleep(150);
      await change();
    };
    const outcomes = await Promise.all([scene.run("finishSecret"), scene.run("finishSecret")]);
    expect(outcomes).toEqual(["done", "done"]);
    expect(changes).toHaveLength(1);
    await expectPromoted(scene);
  });
});

describe("finishSecret, kept waiting by another rotation of the same user,", () => {
  it("changes nothing where AWSCURRENT is another version by then", async () => {
    const scene = await ready();
    const [login] = scene.logins;
    if (!login) throw new Error("a scene without a login");
    const holder = await postgres.login(login, AbortSignal.timeout(10_000));
    if (holder === "refused") throw new Error("the login is refused");
    await holder.lock(login.username, AbortSignal.timeout(10_000));
    const finished = expect(scene.run("finishSecret")).rejects.toMatchObject({
      code: "SECRET_CHANGED",
    });
    await vi.waitFor(
      async () => expect(await scenes.fixture.query(waitingFor(login))).toHaveLength(1),
      { timeout: 8000 },
    );
    const other = await scene.put(await scene.value(), ["OTHER"]);
    await scenes.move(scene.name, "AWSCURRENT", scene.first, other);
    await holder[Symbol.asyncDispose]();
    await finished;
    expect(await scene.admits(await scene.value())).toBe(true);
  });
});

describe("finishSecret, kept waiting by an attempt that fails,", () => {
  it("does not take the pending password for one that is in force still", async () => {
    const scene = await ready();
    const [login] = scene.logins;
    if (!login) throw new Error("a scene without a login");
    // The other attempt has made its change, and holds the lock.
    const other = await postgres.login(login, AbortSignal.timeout(10_000));
    if (other === "refused") throw new Error("the login is refused");
    await other.lock(login.username, AbortSignal.timeout(10_000));
    const old = (await scene.value()).password;
    await scene.setByHand((await scene.value("AWSPENDING")).password);
    const finished = scene.run("finishSecret");
    await vi.waitFor(
      async () => expect(await scenes.fixture.query(waitingFor(login))).toHaveLength(1),
      { timeout: 8000 },
    );
    await scene.setByHand(old);
    await other[Symbol.asyncDispose]();
    expect(await finished).toBe("done");
    await expectPromoted(scene);
  });
});

describe("setSecret", () => {
  it("rehearses the change, and fails where the server would refuse it", async () => {
    const scene = await scenes.scene();
    await scene.run("createSecret");
    const rehearsed: string[] = [];
    scene.onRehearsal = async (username) => {
      rehearsed.push(username);
      throw new PasswordRejected("db:5432", "22023");
    };
    await expect(scene.run("setSecret")).rejects.toMatchObject({ code: "PASSWORD_REJECTED" });
    expect(rehearsed).toEqual([scene.logins[0]?.username]);
    await expectAsBefore(scene);
  });
});

describe("finishSecret, when the move of AWSCURRENT fails behind the change,", () => {
  it("changes the password back where the move is denied", async () => {
    const scene = await ready();
    using _ = scene.intercept(denyPromotion);
    await expect(scene.run("finishSecret")).rejects.toMatchObject({
      code: "AWS_CALL_FAILED",
      message: expect.stringContaining("UpdateSecretVersionStage"),
    });
    await expectAsBefore(scene);
  });

  it("and completes the next time", async () => {
    const scene = await ready();
    {
      using _ = scene.intercept(denyPromotion);
      await expect(scene.run("finishSecret")).rejects.toThrow();
    }
    expect(await scene.run("finishSecret")).toBe("done");
    await expectPromoted(scene);
    const moved = scene.calls("UpdateSecretVersionStage").map(({ input }) => input["VersionStage"]);
    expect(moved).toEqual(["RETIRING", "AWSCURRENT", "AWSCURRENT"]);
  });

  it("needs no value of AWSCURRENT any more to change the password back", async () => {
    const scene = await ready();
    let isDenied = false;
    using _ = scene.intercept({
      before(call) {
        isDenied ||= isPromotion(call);
        if (isDenied && call.principal === "function" && call.operation !== "DescribeSecret")
          throw denied;
      },
    });
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    await expectAsBefore(scene);
  });

  it("changes the password back over a new connection where the first is lost", async () => {
    const scene = await ready();
    using _ = scene.intercept({
      async before(call) {
        if (!isPromotion(call)) return;
        const mine = `usename = '${scene.logins[0]?.username}'`;
        await scenes.fixture.query(
          `SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE ${mine}`,
        );
        throw denied;
      },
    });
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    await expectAsBefore(scene);
  });

  it("says so where the password that it changed back is not accepted either", async () => {
    const scene = await ready();
    using _ = scene.intercept(denyPromotion);
    let changes = 0;
    scene.onChange = async (__, change) => {
      changes += 1;
      if (changes === 1) await change();
    };
    await expect(scene.run("finishSecret")).rejects.toMatchObject({
      code: "SWITCH_UNDECIDED",
      message: expect.stringContaining("the way back failed: CREDENTIALS_REFUSED"),
    });
  });

  it("tells of an outage where the server is gone before the way back", async () => {
    const scene = await ready();
    const gone = () => Promise.reject(new Unreachable("db:5432", "connection closed"));
    using _ = scene.intercept({
      before(call) {
        if (!isPromotion(call)) return;
        scene.onChange = gone;
        scene.onLogin = gone;
        throw denied;
      },
    });
    await expect(scene.run("finishSecret")).rejects.toMatchObject({
      code: "SWITCH_UNDECIDED",
      impact: "outage",
      retryable: true,
      message: expect.stringContaining("the way back failed: UNREACHABLE"),
    });
    expect(await scene.admits(await scene.value())).toBe(false);
  });

  it("changes the password once more where the move arrives after all", async () => {
    const scene = await ready();
    let isLate = false;
    using _ = scene.intercept({
      before(call) {
        if (!isPromotion(call)) return;
        isLate = true;
        throw new AwsError("InternalServiceError", "it is under way", 500);
      },
      async after({ operation, principal }) {
        if (!isLate || operation !== "DescribeSecret" || principal !== "function") return;
        isLate = false;
        await scenes.move(scene.name, "AWSCURRENT", scene.first, scene.token);
      },
    });
    expect(await scene.run("finishSecret")).toBe("done");
    await expectPromoted(scene);
  });

  it.each([
    ["once", 1],
    ["and asked for again by the SDK", 3],
  ])("succeeds where only the reply was lost, %s", async (_, attempts) => {
    const scene = await ready();
    scene.attempts = attempts;
    let lost = 0;
    using __ = scene.intercept({
      after: (call) => (isPromotion(call) && lost++ === 0 ? "lose" : undefined),
    });
    expect(await scene.run("finishSecret")).toBe("done");
    await expectPromoted(scene);
  });

  it("changes nothing back where it cannot read whether it arrived", async () => {
    const scene = await ready();
    {
      let down = false;
      using _ = scene.intercept({
        before(call) {
          down ||= isPromotion(call);
          if (down && call.principal === "function")
            throw new AwsError("InternalServiceError", "down", 500);
        },
      });
      await expect(scene.run("finishSecret")).rejects.toMatchObject({
        code: "SWITCH_UNDECIDED",
        retryable: true,
        message: expect.stringMatching(
          `The switch of user ${scene.logins[0]?.username}.*AWSCURRENT cannot be read`,
        ),
      });
    }
    expect(await scene.admits(await scene.value("AWSPENDING"))).toBe(true);
    // The next attempt completes it at once: an outage is running.
    expect(await scene.run("createSecret")).toBe("done");
    expect(await scene.run("setSecret")).toBe("done");
    await expectPromoted(scene);
  });

  it("changes the password back where somebody has just edited another field of AWSCURRENT", async () => {
    const scene = await ready();
    const old = await scene.value();
    let edited = "";
    using _ = scene.intercept({
      async before(call) {
        if (isPromotion(call) && !edited)
          edited = await scene.put({ ...old, note: "edited" }, ["AWSCURRENT"]);
      },
    });
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "LABEL_MOVED" });
    expect(await scene.labels()).toMatchObject({ [edited]: ["AWSCURRENT"] });
    expect(await scene.admits(await scene.value())).toBe(true);
  });

  it.each<[string, object | string]>([
    ["the password", { password: "by-hand", connection_string: "postgresql://x" }],
    ["all, so that it is no JSON object any more", "by hand"],
  ])("changes nothing back where somebody has just edited %s", async (_, edit) => {
    const scene = await ready();
    const old = await scene.value();
    const pending = await scene.value("AWSPENDING");
    let edited = false;
    using __ = scene.intercept({
      async before(call) {
        if (!isPromotion(call) || edited) return;
        edited = true;
        await scene.put(typeof edit === "string" ? edit : { ...old, ...edit }, ["AWSCURRENT"]);
      },
    });
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "SWITCH_UNDECIDED" });
    expect(await scene.admits(pending)).toBe(true);
  });

  it("promotes nothing where RETIRING has just been attached to another version", async () => {
    const scene = await ready();
    let isAttached = false;
    using _ = scene.intercept({
      async before(call) {
        if (call.input["VersionStage"] !== "RETIRING" || isAttached) return;
        isAttached = true;
        await scene.put(await scene.value(), ["RETIRING"]);
      },
    });
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "UNSETTLED" });
    await expectAsBefore(scene);
  });

  it("promotes nothing where the label RETIRING cannot be attached", async () => {
    const scene = await ready();
    using _ = scene.intercept({
      before(call) {
        if (call.input["VersionStage"] === "RETIRING") throw denied;
      },
    });
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    await expectAsBefore(scene);
  });
});

describe("finishSecret, when the change itself fails,", () => {
  const lostReply = () => Promise.reject(new Unreachable("db:5432", "connection closed"));
  const refusal = () =>
    Promise.reject(new PermissionDenied("db:5432", "app", "do it", "Grant it."));

  /** Only the first change is disturbed: what follows is the way back. */
  const disturb = (scene: Scene, first: ChangeHook) => {
    let changes = 0;
    scene.onChange = (...call) => {
      changes += 1;
      return changes === 1 ? first(...call) : call[1]();
    };
    return () => changes;
  };

  it("succeeds where only its reply was lost: a login tells", async () => {
    const scene = await ready();
    disturb(scene, (_, change) => change().then(lostReply));
    expect(await scene.run("finishSecret")).toBe("done");
    await expectPromoted(scene);
  });

  it("leaves the password where the statement did not arrive", async () => {
    const scene = await ready();
    disturb(scene, lostReply);
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "UNREACHABLE" });
    await expectAsBefore(scene);
  });

  it("has nothing to change back where the server refused the statement", async () => {
    const scene = await ready();
    let isRefused = false;
    const changes = disturb(scene, () => {
      isRefused = true;
      return refusal();
    });
    // Whether AWSCURRENT can be read does not matter then.
    using _ = scene.intercept({
      before({ principal }) {
        if (isRefused && principal === "function") throw denied;
      },
    });
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    expect(changes()).toBe(1);
    await expectAsBefore(scene);
  });

  it("changes the password back where the new one is not accepted", async () => {
    const scene = await ready();
    disturb(scene, async () => void (await scene.setByHand()));
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "PENDING_REFUSED" });
    await expectAsBefore(scene);
  });

  it.each<[string, ChangeHook]>([
    ["behind its effect", (_, change, signal) => change().then(() => aborted(signal))],
    ["before its effect", (_, __, signal) => aborted(signal)],
  ])("%s, because the deadline has come, AWSCURRENT logs in", async (_, hook) => {
    const scene = await ready();
    disturb(scene, hook);
    const signal = AbortSignal.timeout(300);
    await expect(scene.run("finishSecret", { signal })).rejects.toMatchObject({
      code: "DEADLINE",
      retryable: true,
    });
    await expectAsBefore(scene);
    expect(await scene.run("finishSecret")).toBe("done");
    await expectPromoted(scene);
  });
});

describe("finishSecret, when the session falls silent behind the change,", () => {
  it("asks a login after seconds, not at the end of its time", async () => {
    const scene = await ready();
    scene.onChange = (_, change, signal) => change().then(() => aborted(signal));
    const startedAt = performance.now();
    expect(await scene.run("finishSecret")).toBe("done");
    expect(performance.now() - startedAt).toBeLessThan(5000);
    await expectPromoted(scene);
  });

  it("restores AWSCURRENT in seconds where the change has not arrived", async () => {
    const scene = await ready();
    scene.onChange = (_, __, signal) => aborted(signal);
    const startedAt = performance.now();
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "DEADLINE" });
    expect(performance.now() - startedAt).toBeLessThan(5000);
    await expectAsBefore(scene);
  });
});

describe("a user with a CONNECTION LIMIT", () => {
  const limit = (scene: Scene, sessions: number) =>
    scenes.fixture.query(`ALTER ROLE ${scene.logins[0]?.username} CONNECTION LIMIT ${sessions}`);

  it("that leaves no second session is refused before anything changes", async () => {
    const scene = await scenes.scene();
    await limit(scene, 1);
    await scene.run("createSecret");
    const refusal = {
      code: "LOGIN_FORBIDDEN",
      message: expect.stringContaining("CONNECTION LIMIT"),
    };
    await expect(scene.run("setSecret")).rejects.toMatchObject(refusal);
    await expectAsBefore(scene);
    await limit(scene, 2);
    for (const step of ["setSecret", "testSecret", "finishSecret"] as const) await scene.run(step);
    await expectPromoted(scene);
  });

  it("that is used up meanwhile does not make an acknowledged change an outage", async () => {
    const scene = await ready();
    await limit(scene, 1);
    expect(await scene.run("finishSecret")).toBe("done");
    await expectPromoted(scene);
  });

  it("that is used up meanwhile does not keep AWSCURRENT from being restored", async () => {
    const scene = await ready();
    await limit(scene, 1);
    using _ = scene.intercept(denyPromotion);
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    await expectAsBefore(scene);
  });
});

/** What every port does when the signal aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DeadlineReached()), { once: true });
  });
}

describe("finishSecret of a secret with two logins", () => {
  const admitted = async (scene: Scene, version: string) => {
    const value = JSON.parse(await scene.text(version));
    const [one, two] = scene.logins;
    return [
      await scene.admits({ password: value.ONE_PASSWORD }, one),
      await scene.admits({ password: value.TWO_PASSWORD }, two),
    ];
  };

  it("switches both", async () => {
    const scene = await scenes.sceneOfTwo();
    await scene.runAll();
    expect(await admitted(scene, "AWSCURRENT")).toEqual([true, true]);
    expect(await admitted(scene, scene.first)).toEqual([false, false]);
  });

  it.each<[string, ChangeHook]>([
    ["is refused", () => Promise.reject(new PermissionDenied("db", "two", "do it", "-"))],
    ["is lost", () => Promise.reject(new Unreachable("db", "connection closed"))],
  ])("switches the first back where the second %s", async (_, hook) => {
    const scene = await scenes.sceneOfTwo();
    for (const step of ["createSecret", "setSecret", "testSecret"] as const) await scene.run(step);
    scene.onChange = (...call) =>
      call[0] === scene.logins[1]?.username ? hook(...call) : call[1]();
    await expect(scene.run("finishSecret")).rejects.toThrow();
    expect(await admitted(scene, "AWSCURRENT")).toEqual([true, true]);
    expect(await admitted(scene, "AWSPENDING")).toEqual([false, false]);
    expect(await scene.labels()).toMatchObject({
      [scene.first]: expect.arrayContaining(["AWSCURRENT"]),
    });
  });

  it("switches back what a killed attempt has switched, where the second server has no room", async () => {
    const scene = await scenes.sceneOfTwo();
    for (const step of ["createSecret", "setSecret", "testSecret"] as const) await scene.run(step);
    // Killed behind the first change.
    await scene.setByHand(JSON.parse(await scene.text("AWSPENDING")).ONE_PASSWORD);
    expect(await admitted(scene, "AWSCURRENT")).toEqual([false, true]);
    scene.onLogin = async ({ username }) => {
      if (username === scene.logins[1]?.username)
        throw new LoginForbidden("db", username, "53300", "too many connections", true);
    };
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "LOGIN_FORBIDDEN" });
    expect(await admitted(scene, "AWSCURRENT")).toEqual([true, true]);
    scene.onLogin = async () => {};
    expect(await scene.run("finishSecret")).toBe("done");
    expect(await admitted(scene, "AWSCURRENT")).toEqual([true, true]);
  });

  it("switches both back where the move is denied", async () => {
    const scene = await scenes.sceneOfTwo();
    for (const step of ["createSecret", "setSecret", "testSecret"] as const) await scene.run(step);
    using _ = scene.intercept(denyPromotion);
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    expect(await admitted(scene, "AWSCURRENT")).toEqual([true, true]);
  });

  it("switches one back to the end where the other cannot be", async () => {
    const scene = await scenes.sceneOfTwo();
    for (const step of ["createSecret", "setSecret", "testSecret"] as const) await scene.run(step);
    using _ = scene.intercept(denyPromotion);
    const [one, two] = scene.logins.map(({ username }) => username);
    const changes: string[] = [];
    scene.onChange = async (username, change) => {
      const isBack = changes.includes(username);
      changes.push(username);
      if (isBack && username === one) return;
      if (isBack) await sleep(300);
      await change();
    };
    await expect(scene.run("finishSecret")).rejects.toMatchObject({
      code: "SWITCH_UNDECIDED",
      message: expect.stringMatching(`user ${one} in`),
    });
    expect(changes).toEqual([one, two, one, two]);
    expect(await admitted(scene, "AWSCURRENT")).toEqual([false, true]);
  });
});

it("a user whose password will expire rotates, and that is told", async () => {
  const scene = await scenes.scene();
  const { username } = await scene.value();
  await scenes.fixture.query(`ALTER ROLE ${username} VALID UNTIL '2999-01-01 00:00+00'`);
  await scene.runAll();
  expect(scene.warnings).toEqual([
    expect.stringContaining(`${username} expires at 2999-01-01 00:00 UTC (VALID UNTIL)`),
  ]);
  expect(await scene.admits(await scene.value())).toBe(true);
});
