import { describe, expect, it } from "vitest";
import { accepts, type Engine } from "../../lib/rotators/login/engine.ts";
import type { Login } from "../../lib/rotators/login/login.ts";
import type { Passwords, SecondPassword } from "../../lib/rotators/login/second-password.ts";
import { Secret } from "../../lib/secret/secret.ts";
import { everything } from "../everything.ts";
import { everyRendering } from "../rendering.ts";
import { anyTime, hostileTexts, newPassword, sessionOf } from "./engine.ts";

/** A real server whose users have two passwords, which are changed for them. */
export interface TwoPasswordsFixture extends AsyncDisposable {
  /** A user that may do for itself what the engine lets a user do. */
  newUser(): Promise<Login>;
  /** By hand: these are the user's passwords, the first of them the one that the server regards as the main one. */
  give(username: string, passwords: Passwords): Promise<void>;
  /** What the server keeps of the user's passwords, byte for byte. */
  stored(username: string): Promise<string>;
  /** Resolves when the server has made what its service says is over. Absent: a change is over when it is made. */
  caughtUp?(): Promise<void>;
}

/** One whose users, or an administrator, change them. */
export interface SecondPasswordFixture extends TwoPasswordsFixture {
  /** A user that may log in and nothing else. */
  newPlainUser(): Promise<Login>;
  /** An administrator with the documented rights. */
  newAdmin(): Promise<Login>;
}

export interface SecondPasswordOptions {
  /** Whether the user itself may have the right, or only an administrator, or only whoever runs the session. */
  readonly byUser: boolean | "alone";
  /** Of a user that may log in and nothing else, in the remedy; absent where the fixture has none. */
  readonly missing?: RegExp;
  /** Whether the engine shows that a user has other passwords, by who asks. */
  readonly tells: readonly Actor[];
  /** Who ends sessions; default: whoever gives a second password. */
  readonly ends?: readonly Actor[];
  /** What passwords can hold. Default: anything. */
  readonly texts?: readonly [what: string, text: string][];
}

type Actor = "user" | "administrator";

/** What every engine with two passwords must do (`lib/rotators/login/second-password.ts`). */
export function secondPasswordContract(
  name: string,
  engine: Engine,
  fixture: () => TwoPasswordsFixture & Partial<SecondPasswordFixture>,
  { byUser, missing, tells, ends, texts = hostileTexts }: SecondPasswordOptions,
): void {
  const actors: readonly Actor[] = [
    ...(byUser ? (["user"] as const) : []),
    ...(byUser === "alone" ? [] : (["administrator"] as const)),
  ];

  const loginOf = async (actor: Actor, login: Login): Promise<Login> => {
    const admin = actor === "user" ? login : await fixture().newAdmin?.();
    if (admin) return admin;
    throw new Error("there is no administrator");
  };

  const accepted = (login: Login, ...passwords: readonly Secret<string>[]) =>
    Promise.all(passwords.map((password) => accepts(engine, { ...login, password }, anyTime())));

  async function by<T>(
    login: Login,
    actor: Actor,
    work: (passwords: SecondPassword, username: string) => Promise<T>,
  ): Promise<T> {
    const as = await loginOf(actor, login);
    await using session = await sessionOf(engine, { ...as, passwordForm: login.passwordForm });
    if (!session.secondPassword) throw new Error("the engine's users have one password");
    return await work(session.secondPassword, login.username);
  }

  const add = (login: Login, actor: Actor, added: Secret<string>, kept = login.password) =>
    by({ ...login, password: kept }, actor, async (passwords, username) => {
      await passwords.add(username, { kept, added }, anyTime());
    });

  const keepOnly = (login: Login, actor: Actor, ...kept: Passwords) =>
    by({ ...login, password: kept[0] }, actor, async (passwords, username) => {
      await passwords.keepOnly(username, kept, anyTime());
      await fixture().caughtUp?.();
    });

  describe.each(actors)(`${name}: second password, by the %s`, (actor) => {
    it("is added beside the first, which is ended later", async () => {
      let login = await fixture().newUser();
      for (let rotation = 0; rotation < 3; rotation++) {
        const next = newPassword();
        await add(login, actor, next);
        expect(await accepted(login, login.password, next)).toEqual([true, true]);
        await keepOnly(login, actor, next);
        expect(await accepted(login, login.password, next)).toEqual([false, true]);
        login = { ...login, password: next };
      }
    });

    it("may be added again and again, and the first stays", async () => {
      const login = await fixture().newUser();
      const next = newPassword();
      for (let time = 0; time < 3; time++) await add(login, actor, next);
      expect(await accepted(login, login.password, next)).toEqual([true, true]);
    });

    it.each(["main", "other"])(
      "keeps the one that is kept where it is the %s one",
      async (slot) => {
        const login = await fixture().newUser();
        const [other, next] = [newPassword(), newPassword()];
        const kept = login.password;
        await fixture().give(login.username, slot === "main" ? [kept, other] : [other, kept]);
        expect(await accepted(login, kept, other)).toEqual([true, true]);
        await add(login, actor, next);
        expect(await accepted(login, kept, other, next)).toEqual([true, false, true]);
        await add(login, actor, next);
        expect(await accepted(login, kept, next)).toEqual([true, true]);
      },
    );

    it.each(["main", "other"])(
      "ends all but the one that is kept where it is the %s one",
      async (slot) => {
        const login = await fixture().newUser();
        const other = newPassword();
        const kept = login.password;
        await fixture().give(login.username, slot === "main" ? [kept, other] : [other, kept]);
        for (let time = 0; time < 2; time++) {
          await keepOnly(login, actor, kept);
          expect(await accepted(login, kept, other)).toEqual([true, false]);
        }
      },
    );

    it("ends none of two that are kept, in either order", async () => {
      const login = await fixture().newUser();
      const next = newPassword();
      await add(login, actor, next);
      await keepOnly(login, actor, login.password, next);
      expect(await accepted(login, login.password, next)).toEqual([true, true]);
      await keepOnly(login, actor, next, login.password);
      expect(await accepted(login, login.password, next)).toEqual([true, true]);
    });

    it("refuses neither at any instant", async () => {
      const login = await fixture().newUser();
      const next = newPassword();
      let isOver = false;
      const logins = async (password: Secret<string>) => {
        const seen = { accepted: 0, refused: 0 };
        while (!isOver) {
          const [is] = await accepted(login, password);
          seen[is ? "accepted" : "refused"] += 1;
        }
        return seen;
      };
      const kept = logins(login.password);
      await add(login, actor, next);
      const added = logins(next);
      await keepOnly(login, actor, login.password, next);
      isOver = true;
      for (const seen of [await kept, await added])
        expect(seen).toEqual({ accepted: expect.any(Number), refused: 0 });
    });

    it("is added by two sessions at once, one after the other", async () => {
      const login = await fixture().newUser();
      const next = newPassword();
      const kept = login.password;
      const locked = async () => {
        const as = await loginOf(actor, login);
        await using session = await sessionOf(engine, as);
        await session.lock(login.username, anyTime());
        await session.secondPassword?.add(login.username, { kept, added: next }, anyTime());
      };
      await Promise.all([locked(), locked(), locked()]);
      expect(await accepted(login, kept, next)).toEqual([true, true]);
    });

    it("is asked for without effect", async () => {
      const login = await fixture().newUser();
      const before = await fixture().stored(login.username);
      const notices = await by(login, actor, (passwords, username) =>
        passwords.requireUsable(username, [login.password], anyTime()),
      );
      expect(notices).toEqual([]);
      expect(await fixture().stored(login.username)).toBe(before);
      expect(await accepted(login, login.password)).toEqual([true]);
    });

    it("tells of a password that the secret does not hold, where the server shows it", async () => {
      const login = await fixture().newUser();
      await fixture().give(login.username, [login.password, newPassword()]);
      const notices = await by(login, actor, (passwords, username) =>
        passwords.requireUsable(username, [login.password], anyTime()),
      );
      expect(notices.map(({ code }) => code)).toEqual(
        tells.includes(actor) ? ["OTHER_PASSWORD_ENDS"] : [],
      );
    });

    it.each(
      (["verifier", "plaintext"] as const).flatMap((form) =>
        (everything || form === "verifier" ? texts : texts.slice(0, 3)).map(
          ([what, text]) => [form, what, text] as const,
        ),
      ),
    )("takes, as %s, a password with %s", async (passwordForm, _, text) => {
      const user = await fixture().newUser();
      const login = { ...user, passwordForm };
      const hostile = new Secret(text);
      await add(login, actor, hostile);
      expect(await accepted(login, login.password, hostile)).toEqual([true, true]);
      await keepOnly(login, actor, hostile);
      expect(await accepted(login, login.password, hostile)).toEqual([false, true]);
      const next = newPassword();
      await add(login, actor, next, hostile);
      expect(await accepted(login, hostile, next)).toEqual([true, true]);
    });

    it("is not added once the signal has aborted", async () => {
      const login = await fixture().newUser();
      const next = newPassword();
      const attempt = by(login, actor, (passwords, username) =>
        passwords.add(username, { kept: login.password, added: next }, AbortSignal.abort()),
      );
      await expect(attempt).rejects.toMatchObject({ code: "DEADLINE" });
      expect(await accepted(login, login.password)).toEqual([true]);
    });
  });

  it.each(ends ?? actors)("ends sessions, but not its own, by the %s", async (actor) => {
    const login = await fixture().newUser();
    const others = [await sessionOf(engine, login), await sessionOf(engine, login)];
    await by(login, actor, async (passwords, username) => {
      expect(await passwords.endSessions(username, anyTime())).toBe(others.length);
      expect(await passwords.endSessions(username, anyTime())).toBe(0);
    });
    for (const session of others) {
      await expect(session.lock(login.username, anyTime())).rejects.toThrow();
      await session[Symbol.asyncDispose]();
    }
  });

  if (missing === undefined) return;
  describe(`${name}: second password, without the right`, () => {
    it("is refused with the right that is missing, and nothing is changed", async () => {
      const [login, other] = [await fixture().newPlainUser?.(), await fixture().newUser()];
      if (!login) throw new Error("there is no user without the right");
      const next = newPassword();
      const kept = login.password;
      const attempts: ((passwords: SecondPassword) => Promise<unknown>)[] = [
        (passwords) => passwords.requireUsable(login.username, [kept], anyTime()),
        (passwords) => passwords.add(login.username, { kept, added: next }, anyTime()),
        (passwords) => passwords.requireUsable(other.username, [other.password], anyTime()),
        (passwords) =>
          passwords.add(other.username, { kept: other.password, added: next }, anyTime()),
      ];
      for (const attempt of attempts) {
        const error = await by(login, "user", attempt).then(
          () => expect.unreachable("it must fail"),
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({
          code: "PERMISSION_DENIED",
          remedy: expect.stringMatching(missing),
        });
        const text = everyRendering(error);
        for (const { password } of [login, other, { password: next }])
          expect(text).not.toContain(password.reveal());
      }
      expect(await accepted(login, kept, next)).toEqual([true, false]);
      expect(await accepted(other, other.password, next)).toEqual([true, false]);
    });
  });
}
