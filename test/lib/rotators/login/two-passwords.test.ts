import { randomInt } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { LabelsChanged } from "../../../../lib/retirement/errors.ts";
import type { Retirement, StepContext, Versions } from "../../../../lib/rotation/credential.ts";
import { LoginCredential } from "../../../../lib/rotators/login/credential.ts";
import type { LoginSpec } from "../../../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../../../lib/rotators/login/password.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { Unreachable } from "../../../../lib/rotators/login/transport-errors.ts";
import { twoPasswords } from "../../../../lib/rotators/login/two-passwords.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { MemoryServer } from "./memory-engine.ts";

const traits = {
  engineNames: ["memory"],
  defaultPort: 3306,
  defaultDatabase: "app",
  maxUsernameLength: 32,
};

const text = (value: object) => new Secret(JSON.stringify(value));

const document = (password: string, username = "app") =>
  new SecretDocument("a version", text({ host: "db.internal", username, password }));

let server: MemoryServer;
let warnings: string[];
let outages: number;
beforeEach(() => {
  server = new MemoryServer();
  server.users.set("app", { passwords: ["current"], may: "self" });
  server.users.set("admin", { passwords: ["of the admin"], may: "all" });
  warnings = [];
  outages = 0;
});

function credential(spec: Partial<LoginSpec> = {}): LoginCredential {
  return new LoginCredential({
    engine: server,
    traits,
    strategy: twoPasswords,
    spec: {
      type: "memory",
      isTypeDeclared: true,
      strategy: "two-passwords",
      traits: strategyTraits["two-passwords"],
      fields: {},
      connection: {},
      urls: [],
      passwordForm: "verifier",
      password: defaultPolicy,
      ...spec,
    },
  });
}

const step = (more: Partial<StepContext> = {}): StepContext => ({
  secret: { name: "app", arn: "arn" },
  token: "token",
  now: () => new Date(),
  sleep: async () => {},
  randomInt,
  signal: AbortSignal.timeout(5000),
  leaked: false,
  revokesFirst: false,
  readSecret: async () =>
    text({ host: "db.internal", port: 3306, username: "admin", password: "of the admin" }),
  warn: (message) => void warnings.push(message),
  outage: () => {
    outages += 1;
  },
  ...more,
});

interface Known {
  readonly current?: string;
  readonly earlier?: readonly string[];
  readonly held?: readonly string[];
}

const versions = ({ current = "current", earlier = [], held = [] }: Known = {}): Versions => ({
  current: document(current),
  pending: async () => document("pending"),
  earlier: async function* () {
    for (const each of earlier) yield document(each);
  },
  held: async function* () {
    for (const each of held) yield document(each);
  },
  async *living() {},
  find: async () => undefined,
});

const passwords = () => server.passwordsOf("app");
const refused = () =>
  server.logins.flatMap(({ login, accepted }) => (accepted ? [] : [login.password.reveal()]));
const withAdmin = { admin: { secret: "admin" } };

describe("the next version", () => {
  it("has another password and the same user", async () => {
    const { current, ...history } = versions();
    const next = await credential().next({ current, ...history }, true, current, step());
    expect(next.read("username")).toBe("app");
    expect(next.read("password")).not.toBe("current");
    expect(credential().identities(current)).toHaveLength(1);
  });
});

describe("setSecret", () => {
  it("adds the new password beside the old one; no login is refused", async () => {
    expect(await credential().set(versions(), step())).toBe("ready");
    expect(passwords()).toEqual(["pending", "current"]);
    expect(server.logins).toHaveLength(1);
    expect(refused()).toEqual([]);
    expect(server.sessions.size).toBe(0);
  });

  it("may be repeated, and run twice at once", async () => {
    await Promise.all([0, 1].map(() => credential().set(versions(), step())));
    await credential().set(versions(), step());
    expect(passwords()).toEqual(["pending", "current"]);
  });

  it("asks the administrator where the user may not", async () => {
    server.users.set("app", { passwords: ["current"], may: "log in" });
    expect(await credential(withAdmin).set(versions(), step())).toBe("ready");
    expect(passwords()).toEqual(["pending", "current"]);
    expect(server.logins.map(({ login }) => login.username)).toEqual(["app", "admin"]);
    expect(server.sessions.size).toBe(0);
  });

  it("does not ask the administrator where the user may", async () => {
    await credential(withAdmin).set(versions(), step());
    expect(server.logins.map(({ login }) => login.username)).toEqual(["app"]);
  });

  it("says which right is missing where neither may", async () => {
    server.users.set("app", { passwords: ["current"], may: "log in" });
    const refusal = { code: "PERMISSION_DENIED", remedy: "GRANT it." };
    await expect(credential().set(versions(), step())).rejects.toMatchObject(refusal);
    server.users.set("admin", { passwords: ["of the admin"], may: "log in" });
    await expect(credential(withAdmin).set(versions(), step())).rejects.toMatchObject(refusal);
    expect(passwords()).toEqual(["current"]);
    expect(server.sessions.size).toBe(0);
  });

  it("tells of a password that no version holds, which ends", async () => {
    server.users.set("app", { passwords: ["current", "by hand"], may: "self" });
    await credential().set(versions(), step());
    expect(warnings).toEqual([expect.stringContaining("another password")]);
    expect(passwords()).toEqual(["pending", "current"]);
  });

  describe("where the answer is lost", () => {
    const lost = () => {
      throw new Unreachable("db.internal:3306", "connection closed");
    };

    it.each<[string, Partial<LoginSpec>, "self" | "log in"]>([
      ["the user itself", {}, "self"],
      ["the administrator", withAdmin, "log in"],
    ])("adds it once more, by %s", async (_, spec, may) => {
      server.users.set("app", { passwords: ["current"], may });
      server.afterChange = () => {
        server.afterChange = () => {};
        lost();
      };
      expect(await credential(spec).set(versions(), step())).toBe("ready");
      expect(server.changes).toEqual(["add", "add"]);
      expect(passwords()).toEqual(["pending", "current"]);
      expect(server.sessions.size).toBe(0);
    });

    it("fails if it is lost again, and both log in", async () => {
      server.afterChange = lost;
      await expect(credential().set(versions(), step())).rejects.toMatchObject({
        code: "UNREACHABLE",
      });
      expect(passwords()).toEqual(["pending", "current"]);
      expect(server.sessions.size).toBe(0);
    });

    it("fails if the new one does not, and the old one stays", async () => {
      server.onChange = lost;
      await expect(credential().set(versions(), step())).rejects.toMatchObject({
        code: "UNREACHABLE",
      });
      expect(passwords()).toEqual(["current"]);
    });
  });

  describe("beside a version that AWSCURRENT has left", () => {
    const held = { held: ["held"] };
    beforeEach(() => {
      server.users.set("app", { passwords: ["current", "held"], may: "self" });
    });

    it("adds nothing while that still logs in: a consumer may hold it", async () => {
      await expect(credential().set(versions(held), step())).rejects.toMatchObject({
        code: "OTHER_PASSWORD_IN_USE",
        retryable: true,
        impact: "unchanged",
      });
      expect(passwords()).toEqual(["current", "held"]);
    });

    it("adds it when that has ended", async () => {
      server.users.set("app", { passwords: ["current"], may: "self" });
      expect(await credential().set(versions(held), step())).toBe("ready");
    });

    it("is not stopped by its own password, from an earlier attempt", async () => {
      server.users.set("app", { passwords: ["pending", "current"], may: "self" });
      const known = versions({ held: ["pending", "current"] });
      expect(await credential().set(known, step())).toBe("ready");
    });

    it("spares nobody where the old credential leaked", async () => {
      expect(await credential().set(versions(held), step({ leaked: true }))).toBe("ready");
      expect(passwords()).toEqual(["pending", "current"]);
    });
  });

  describe("while AWSCURRENT is refused", () => {
    it("keeps what an earlier version holds, and tells of the outage", async () => {
      const known = versions({ current: "wrong", earlier: ["gone", "current"], held: ["current"] });
      expect(await credential().set(known, step())).toBe("outage");
      expect(passwords()).toEqual(["pending", "current"]);
      expect(outages).toBe(1);
    });

    it("is content with its own password, from an earlier attempt", async () => {
      server.users.set("app", { passwords: ["pending"], may: "self" });
      expect(await credential().set(versions({ current: "wrong" }), step())).toBe("outage");
      expect(server.changes).toEqual([]);
    });

    it("adds nothing where a second one that consumers may hold would end", async () => {
      server.users.set("app", { passwords: ["one", "other"], may: "self" });
      const known = versions({ current: "wrong", earlier: ["one"], held: ["other"] });
      await expect(credential().set(known, step())).rejects.toMatchObject({
        code: "OTHER_PASSWORD_IN_USE",
      });
    });

    it("has the administrator repair a user that the manifest names", async () => {
      const spec = { ...withAdmin, connection: { username: "app" } };
      const known = versions({ current: "wrong", earlier: ["gone"] });
      expect(await credential(spec).set(known, step())).toBe("outage");
      expect(passwords()).toEqual(["pending"]);
    });

    it.each<[string, Partial<LoginSpec>]>([
      ["without an administrator", { connection: { username: "app" } }],
      ["where the secret alone names the user", withAdmin],
    ])("changes nothing %s: a user name proves nothing", async (_, spec) => {
      const known = versions({ current: "wrong", earlier: ["gone"] });
      await expect(credential(spec).set(known, step())).rejects.toMatchObject({
        code: "CREDENTIALS_REFUSED",
        message: expect.stringContaining("AWSCURRENT, AWSPENDING, 1 earlier versions"),
      });
      expect(server.changes).toEqual([]);
    });
  });
});

describe("testSecret", () => {
  it("logs in with the new password and with the old one", async () => {
    server.users.set("app", { passwords: ["pending", "current"], may: "self" });
    await credential().test(versions(), step());
    const tried = server.logins.map(({ login }) => login.password.reveal());
    expect(tried.toSorted()).toEqual(["current", "pending"]);
    expect(outages).toBe(0);
  });

  it("fails where the new one is refused", async () => {
    await expect(credential().test(versions(), step())).rejects.toMatchObject({
      code: "PENDING_REFUSED",
    });
  });

  it("tells of an outage where the old one is refused, and goes on", async () => {
    server.users.set("app", { passwords: ["pending"], may: "self" });
    await credential().test(versions(), step());
    expect(outages).toBe(1);
  });
});

describe("a testSecret without a rotation", () => {
  it("proves the right, without effect", async () => {
    await credential().rehearse(document("current"), step());
    expect(server.changes).toEqual([]);
    server.users.set("app", { passwords: ["current"], may: "log in" });
    await expect(credential().rehearse(document("current"), step())).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
    await credential(withAdmin).rehearse(document("current"), step());
    expect(server.changes).toEqual([]);
  });
});

describe("retirement", () => {
  const retirement = (old: string, pending?: string): Retirement => ({
    current: document("current"),
    old: document(old),
    pending: pending === undefined ? undefined : document(pending),
  });

  it("ends the old password, and nothing else", async () => {
    server.users.set("app", { passwords: ["current", "old"], may: "self" });
    await credential().retire(retirement("old"), step());
    expect(passwords()).toEqual(["current"]);
    expect(refused()).toEqual([]);
  });

  it("is content where that has ended already", async () => {
    for (let time = 0; time < 2; time++) await credential().retire(retirement("old"), step());
    expect(passwords()).toEqual(["current"]);
  });

  it("keeps what a rotation that is under way has added, as after a leak", async () => {
    server.users.set("app", { passwords: ["pending", "current"], may: "self" });
    await credential().retire(retirement("old", "pending"), step());
    expect(passwords()).toEqual(["current", "pending"]);
  });

  it("ends the old one beside a rotation that has added nothing yet", async () => {
    server.users.set("app", { passwords: ["current", "old"], may: "self" });
    await credential().retire(retirement("old", "pending"), step());
    expect(passwords()).toEqual(["current"]);
  });

  it("ends nothing where a rotation has begun while it waited for the lock", async () => {
    server.users.set("app", { passwords: ["current", "old"], may: "self" });
    const { release } = await server.locked("app");
    const moved = new LabelsChanged("app", "old", "AWSPENDING");
    const requireUnchanged = async () => {
      if (passwords().includes("of the rotation")) throw moved;
    };
    const retired = credential().retire({ ...retirement("old"), requireUnchanged }, step());
    server.users.set("app", { passwords: ["of the rotation", "current"], may: "self" });
    release();
    await expect(retired).rejects.toBe(moved);
    expect(passwords()).toEqual(["of the rotation", "current"]);
  });

  it("ends nothing while AWSCURRENT is refused: the old one may be all that works", async () => {
    server.users.set("app", { passwords: ["old"], may: "self" });
    await expect(credential().retire(retirement("old"), step())).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
    });
    expect(passwords()).toEqual(["old"]);
  });

  it("asks the administrator where the user may not", async () => {
    server.users.set("app", { passwords: ["current", "old"], may: "log in" });
    await credential(withAdmin).retire(retirement("old"), step());
    expect(passwords()).toEqual(["current"]);
  });

  it("cannot tell sessions apart, and ends them all where it is asked to", async () => {
    const of = credential();
    const login = of.logins.of(document("current"));
    await Promise.all([0, 1].map(() => server.login(login, AbortSignal.timeout(1000))));
    expect(await of.sessions(retirement("old"), step())).toBeUndefined();
    expect(await of.endSessions(retirement("old"), step())).toBe(2);
    expect(server.sessions.size).toBe(0);
  });

  it("would end a live version that holds the same password, and no other one of the user", () => {
    const of = credential();
    const ends = (live: string) => of.ends(of.holding(document(live)), retirement("old"));
    expect([ends("old"), ends("current")]).toEqual([true, false]);
  });
});
