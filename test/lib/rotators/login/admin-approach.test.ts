import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { alternatingUsers } from "../../../../lib/rotators/login/alternating-users.ts";
import type { Engine, Session } from "../../../../lib/rotators/login/engine.ts";
import type { Login, LoginSpec } from "../../../../lib/rotators/login/login.ts";
import type { PairOperations } from "../../../../lib/rotators/login/pair.ts";
import { defaultPolicy } from "../../../../lib/rotators/login/password.ts";
import type { Replacement } from "../../../../lib/rotators/login/strategy.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

const login = (username: string): Login => ({
  host: "db.internal",
  port: 5432,
  database: "app",
  username,
  password: new Secret(username),
  ca: "system",
  passwordForm: "verifier",
});

const spec: LoginSpec = {
  type: "toy",
  strategy: "alternating-users",
  traits: strategyTraits["alternating-users"],
  admin: { secret: "admin" },
  fields: {},
  connection: {},
  urls: [],
  passwordForm: "verifier",
  password: defaultPolicy,
};

/** setSecret over an engine that notes what is asked of it, and answers the login of AWSCURRENT when the test says so. */
function scene({ broken = false } = {}) {
  const done: string[] = [];
  const answer = Promise.withResolvers<Session | "refused">();
  const pairs: Partial<PairOperations> = {
    requireNothingInside: async () => {},
    align: async () => [],
  };
  const session = (name: string): Session =>
    ({
      pairs,
      [Symbol.asyncDispose]: async () => void done.push(`${name} leaves`),
    }) as Partial<Session> as Session;
  const engine: Engine = {
    async login({ username }) {
      done.push(`${username} logs in`);
      return username === "app" ? answer.promise : session(username);
    },
    approach({ username }) {
      done.push(`${username} approaches`);
      return {
        async login() {
          done.push(`${username} goes on`);
          if (broken) throw new Error("closed");
          return session(username);
        },
        [Symbol.asyncDispose]: async () => void done.push(`${username} is gone`),
      };
    },
  };
  const replacement: Replacement = {
    spec,
    engine,
    signal: new AbortController().signal,
    sleep: async () => {},
    current: login("app"),
    admin: async () => login("admin"),
    pending: async () => login("app_clone"),
    async *earlier() {},
    async *held() {},
    leaked: false,
    warn() {},
    outage: () => void done.push("outage"),
  };
  const result = alternatingUsers.set(replacement);
  result.catch(() => {});
  return { done, answer, session, result };
}

describe("the administrator of a pair", () => {
  it("approaches while AWSCURRENT logs in, and names itself when that has worked", async () => {
    const { done, answer, session, result } = scene();
    await setImmediate();
    expect(done.toSorted()).toEqual(["admin approaches", "app logs in"]);
    answer.resolve(session("app"));
    expect(await result).toBe("ready");
    expect(done.slice(2)).toEqual(["app leaves", "admin goes on", "admin leaves", "admin is gone"]);
  });

  it("logs in afresh when its connection did not last so long", async () => {
    const { done, answer, session, result } = scene({ broken: true });
    answer.resolve(session("app"));
    expect(await result).toBe("ready");
    expect(done.slice(-4)).toEqual([
      "admin goes on",
      "admin logs in",
      "admin leaves",
      "admin is gone",
    ]);
  });

  it("names itself to nobody when AWSCURRENT cannot be tried", async () => {
    const { done, answer, result } = scene();
    await setImmediate();
    answer.reject(new Error("down"));
    await expect(result).rejects.toThrow("down");
    expect(done.toSorted()).toEqual(["admin approaches", "admin is gone", "app logs in"]);
  });
});
