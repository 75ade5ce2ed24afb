import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { accepts, type Engine, type EngineTraits } from "../../lib/rotators/login/engine.ts";
import type { Login } from "../../lib/rotators/login/login.ts";
import type { Notice } from "../../lib/rotators/login/notice.ts";
import type { Pair, PairOperations } from "../../lib/rotators/login/pair.ts";
import { requireSameRights } from "../../lib/rotators/login/same-rights.ts";
import { anyTime, hostileTexts, newPassword, sessionOf } from "./engine.ts";

/** A real server with pairs of users on it. */
export interface PairFixture extends AsyncDisposable {
  /** A user that may log in, and may make tables where it looks for them. */
  newOwner(username?: string): Promise<Login>;
  /** A user that may log in and has nothing to do with anybody. */
  newUser(username?: string): Promise<Login>;
  /** An administrator with the documented rights over this owner, and no other. */
  newAdmin(owner: string): Promise<Login>;
  /** A connection such as an application opens. */
  connect(login: Login): Promise<Application>;
  /** What the server keeps of the user, byte for byte; `undefined` where there is no such user. */
  stored(username: string): Promise<string | undefined>;
}

export interface Application extends AsyncDisposable {
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Settles when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>;
}

/** An owner whose clone does not exist yet, and their administrator. */
export class Cast {
  readonly fixture: PairFixture;
  readonly pair: Pair;
  readonly owner: Login;
  readonly admin: Login;
  readonly #engine: Engine;

  private constructor(
    engine: Engine,
    fixture: PairFixture,
    pair: Pair,
    owner: Login,
    admin: Login,
  ) {
    this.#engine = engine;
    this.fixture = fixture;
    this.pair = pair;
    this.owner = owner;
    this.admin = admin;
  }

  static async on(
    engine: Engine,
    fixture: PairFixture,
    pair: Pair = pairOf(`pair_${randomUUID().slice(0, 8)}`),
  ): Promise<Cast> {
    const owner = await fixture.newOwner(pair.owner);
    return new Cast(engine, fixture, pair, owner, await fixture.newAdmin(pair.owner));
  }

  /** One operation in a session of its own. */
  async do<T>(as: Login, work: (pairs: PairOperations) => Promise<T>) {
    await using session = await sessionOf(this.#engine, as);
    if (!session.pairs) throw new Error("the engine has no pairs of users");
    return await work(session.pairs);
  }

  /** Aligns one of the two, with a new password unless it is given. */
  async align(
    username: string,
    { password = newPassword(), as = this.admin } = {},
  ): Promise<Login & { readonly notices: readonly Notice[] }> {
    const user = { username, password };
    const notices = await this.do(as, (pairs) => pairs.align(this.pair, user, anyTime()));
    return { ...this.owner, ...user, notices };
  }

  disable(username: string, as = this.admin): Promise<void> {
    return this.do(as, (pairs) => pairs.disable(this.pair, username, anyTime()));
  }

  endSessions(username: string, as = this.admin): Promise<number> {
    return this.do(as, (pairs) => pairs.endSessions(this.pair, username, anyTime()));
  }

  /** @param owner its login, if it can log in */
  async requireActsAs(as: Login, owner?: Login): Promise<void> {
    await using session = await sessionOf(this.#engine, as);
    await session.pairs?.requireActsAs(this.pair, anyTime());
    const current = async () => (owner ? sessionOf(this.#engine, owner) : "refused");
    await requireSameRights(session, as, current, anyTime());
  }

  accepts(login: Login): Promise<boolean> {
    return accepts(this.#engine, login, anyTime());
  }

  /** Statements of the application under this login, each on one connection. */
  async run(as: Login, ...statements: readonly string[]): Promise<void> {
    await using application = await this.fixture.connect(as);
    for (const statement of statements) await application.query(statement);
  }
}

const pairOf = (owner: string): Pair => ({ owner, clone: `${owner}_clone` });

/** What every engine with `alternating-users` must do (`lib/engines/pair.ts`). */
export function pairContract(
  engine: Engine,
  traits: EngineTraits,
  fixture: () => PairFixture,
  /** What names of users can hold. */
  hostileNames = hostileTexts,
  /** Whether a user whose sessions were ended may log in as before; whether an administrator sees sessions. */
  { endingKeepsLogin = true, seesSessions = true } = {},
): void {
  const cast = (pair?: Pair) => Cast.on(engine, fixture(), pair);

  describe.concurrent("align", () => {
    // First, because it waits and the others need not wait for it.
    it.runIf(seesSessions)(
      "refuses while a consumer is logged in as the user, whose password stays",
      async () => {
        const all = await cast();
        const clone = await all.align(all.pair.clone);
        await using _ = await fixture().connect(clone);
        await expect(all.align(all.pair.clone)).rejects.toMatchObject({
          code: "OTHER_USER_IN_USE",
          retryable: true,
          message: expect.stringContaining(`${all.pair.clone} on 127.0.0.1`),
        });
        expect(await all.accepts(clone)).toBe(true);
      },
    );

    it("makes a clone that logs in and acts as the owner, whose login stays", async () => {
      const all = await cast();
      const before = await fixture().stored(all.pair.owner);
      const clone = await all.align(all.pair.clone);
      expect(clone.notices).toEqual([]);
      expect(await all.accepts(clone)).toBe(true);
      await all.requireActsAs(clone, all.owner);
      await all.requireActsAs(all.owner, clone);
      expect(await fixture().stored(all.pair.owner)).toBe(before);
      expect(await all.accepts(all.owner)).toBe(true);
    });

    it("succeeds once more, with the same password and with another", async () => {
      const all = await cast();
      const first = await all.align(all.pair.clone);
      await all.align(all.pair.clone, first);
      expect(await all.accepts(first)).toBe(true);
      const second = await all.align(all.pair.clone);
      expect(await all.accepts(second)).toBe(true);
      expect(await all.accepts(first)).toBe(false);
      await all.requireActsAs(second, all.owner);
    });

    it("lets each alter and drop what the other made", async () => {
      const all = await cast();
      const clone = await all.align(all.pair.clone);
      await all.run(clone, "CREATE TABLE cloned (a int)", "INSERT INTO cloned VALUES (1)");
      await all.run(all.owner, "ALTER TABLE cloned ADD b int", "CREATE TABLE owned (a int)");
      await all.run(clone, "ALTER TABLE owned ADD b int", "ALTER TABLE cloned ADD c int");
      await all.run(all.owner, "DROP TABLE cloned");
      await all.run(clone, "DROP TABLE owned");
      const owns = (p: PairOperations) => p.ownership?.cloneOwnsObjects(all.pair, anyTime());
      expect(await all.do(all.admin, async (p) => owns(p))).not.toBe(true);
    });

    it("gives the owner another password when it is the owner's turn", async () => {
      const all = await cast();
      const clone = await all.align(all.pair.clone);
      const owner = await all.align(all.pair.owner);
      expect([await all.accepts(owner), await all.accepts(clone)]).toEqual([true, true]);
      expect(await all.accepts(all.owner)).toBe(false);
    });

    it.each(hostileNames)("quotes names with %s", async (_, part) => {
      const all = await cast(pairOf(`${part}${randomUUID().slice(0, 4)}`));
      const clone = await all.align(all.pair.clone);
      await all.requireActsAs(clone);
      await all.disable(all.pair.clone);
      expect(await all.accepts(clone)).toBe(false);
      expect(await all.accepts(all.owner)).toBe(true);
    });

    it("takes a declared pair of names of the greatest length", async () => {
      const name = (end: string) => `${randomUUID().slice(0, 8)}${"é".repeat(9)}${end}`;
      const fill = (text: string) =>
        text.padEnd(text.length + traits.maxUsernameLength - Buffer.byteLength(text), "x");
      const all = await cast({ owner: fill(name("a")), clone: fill(name("b")) });
      expect(Buffer.byteLength(all.pair.clone)).toBe(traits.maxUsernameLength);
      const clone = await all.align(all.pair.clone);
      await all.requireActsAs(clone);
    });

    it.runIf(seesSessions)("waits a moment for a session that is about to end", async () => {
      const all = await cast();
      const clone = await all.align(all.pair.clone);
      const consumer = await fixture().connect(clone);
      const aligned = all.align(all.pair.clone);
      setTimeout(() => void consumer[Symbol.asyncDispose](), 200);
      expect(await all.accepts(await aligned)).toBe(true);
    });

    it("tells that there is no such owner", async () => {
      const all = await cast();
      const pair = pairOf("nobody_of_that_name");
      const user = { username: pair.clone, password: newPassword() };
      const align = all.do(all.admin, (pairs) => pairs.align(pair, user, anyTime()));
      await expect(align).rejects.toMatchObject({
        code: "USERS_MISSING",
        retryable: false,
        message: expect.stringContaining("no user nobody_of_that_name"),
      });
      expect(await fixture().stored(pair.clone)).toBeUndefined();
    });

    it("leaves somebody else of the clone's name alone", async () => {
      const all = await cast();
      const stranger = await fixture().newUser(all.pair.clone);
      const before = await fixture().stored(all.pair.clone);
      const foreign = {
        code: "CLONE_FOREIGN",
        retryable: false,
        message: expect.stringContaining("it was not touched"),
      };
      await expect(all.align(all.pair.clone)).rejects.toMatchObject(foreign);
      await expect(all.disable(all.pair.clone)).rejects.toMatchObject(foreign);
      await expect(all.endSessions(all.pair.clone)).rejects.toMatchObject(foreign);
      expect(await fixture().stored(all.pair.clone)).toBe(before);
      expect(await all.accepts(stranger)).toBe(true);
    });

    it("does nothing once the signal has aborted", async () => {
      const all = await cast();
      const user = { username: all.pair.clone, password: newPassword() };
      const aborted = all.do(all.admin, (pairs) =>
        pairs.align(all.pair, user, AbortSignal.abort()),
      );
      await expect(aborted).rejects.toMatchObject({ code: "DEADLINE" });
      expect(await fixture().stored(all.pair.clone)).toBeUndefined();
    });
  });

  describe.concurrent("disable", () => {
    it.each(["owner", "clone"] as const)("keeps the %s out, not the other", async (which) => {
      const all = await cast();
      const clone = await all.align(all.pair.clone);
      const [off, on] = which === "owner" ? [all.owner, clone] : [clone, all.owner];
      await all.run(off, "CREATE TABLE kept (a int)");
      await all.disable(off.username);
      expect(await all.accepts(off)).toBe(false);
      await all.requireActsAs(on);
      await all.run(on, "ALTER TABLE kept ADD b int");
      await all.disable(off.username);
      expect(await all.accepts(off)).toBe(false);
      const again = await all.align(off.username);
      await all.requireActsAs(again);
      await all.run(again, "DROP TABLE kept");
      expect(await all.accepts(off)).toBe(false);
    });
  });

  it("a clone that was never made need not be kept out", async () => {
    const all = await cast();
    await all.disable(all.pair.clone);
    expect(await all.endSessions(all.pair.clone)).toBe(0);
    expect(await fixture().stored(all.pair.clone)).toBeUndefined();
  });

  describe.runIf(seesSessions).concurrent("sessions", () => {
    it("are counted, without one's own", async () => {
      const all = await cast();
      const clone = await all.align(all.pair.clone);
      const count = (of = all.pair.clone) =>
        all.do(all.admin, (pairs) => pairs.sessionsOf(of, anyTime()));
      expect([await count(), await count(all.admin.username)]).toEqual([0, 0]);
      await using one = await fixture().connect(clone);
      await using two = await fixture().connect(clone);
      await using _ = await fixture().connect(all.owner);
      expect([await count(), await count(all.pair.owner)]).toEqual([2, 1]);
      expect(one).not.toBe(two);
    });

    it("of one user are ended, and no other", async () => {
      const all = await cast();
      const clone = await all.align(all.pair.clone);
      await using other = await fixture().connect(all.owner);
      await using third = await fixture().connect(await fixture().newUser());
      const mine = [await fixture().connect(clone), await fixture().connect(clone)];
      expect(await all.endSessions(all.pair.clone)).toBe(2);
      await Promise.all(mine.map(({ ended }) => ended));
      await other.query("SELECT 1");
      await third.query("SELECT 1");
      expect(await all.endSessions(all.pair.clone)).toBe(0);
      expect(await all.accepts(clone)).toBe(endingKeepsLogin);
    });

    it("that are ended keep their user's login disabled", async () => {
      const all = await cast();
      const clone = await all.align(all.pair.clone);
      const survivor = await fixture().connect(all.owner);
      await all.disable(all.pair.owner);
      expect(await all.endSessions(all.pair.owner)).toBe(1);
      await survivor.ended;
      expect([await all.accepts(all.owner), await all.accepts(clone)]).toEqual([false, true]);
    });
  });
}
