import { setImmediate } from "node:timers/promises";
import { DeadlineReached } from "../../../../lib/context/deadline.ts";
import type { Approach, Engine, Session } from "../../../../lib/rotators/login/engine.ts";
import { address, type Login } from "../../../../lib/rotators/login/login.ts";
import type { Notice } from "../../../../lib/rotators/login/notice.ts";
import type { Passwords, SecondPassword } from "../../../../lib/rotators/login/second-password.ts";
import { PermissionDenied } from "../../../../lib/rotators/login/server-errors.ts";
import { Unreachable } from "../../../../lib/rotators/login/transport-errors.ts";
import type { Secret } from "../../../../lib/secret/secret.ts";

interface User {
  /** One or two. */
  passwords: readonly string[];
  /** `self`: it may give itself a second password; `all`: everybody. */
  may: "log in" | "self" | "all";
}

/** A server in memory, whose users have two passwords, and its engine. It keeps the contract of `lib/rotators/login/`. */
export class MemoryServer implements Engine {
  readonly users = new Map<string, User>();
  /** Logins that were tried, as `user` and whether they were accepted. */
  readonly logins: { readonly login: Login; readonly accepted: boolean }[] = [];
  /** Operations that change passwords, as they arrive. */
  readonly changes: string[] = [];
  /** Ahead of a change. A throw: it does not take place. */
  onChange: (name: string) => void = () => {};
  /** After a change. A throw: its reply is lost. */
  afterChange: (name: string) => void = () => {};
  readonly sessions = new Set<MemorySession>();
  readonly #locks = new Map<string, Promise<void>>();

  async login(login: Login, signal: AbortSignal): Promise<Session | "refused"> {
    if (signal.aborted) throw new DeadlineReached();
    await setImmediate();
    const { username, password } = login;
    const accepted = this.passwordsOf(username).includes(password.reveal());
    this.logins.push({ login, accepted });
    return accepted ? new MemorySession(this, login) : "refused";
  }

  approach(login: Login, signal: AbortSignal): Approach {
    return { login: () => this.login(login, signal), [Symbol.asyncDispose]: async () => {} };
  }

  passwordsOf(username: string): readonly string[] {
    return this.users.get(username)?.passwords ?? [];
  }

  /** @returns what gives the lock back, and whether somebody else had it */
  async locked(username: string): Promise<{ release: () => void; waited: boolean }> {
    const before = this.#locks.get(username);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#locks.set(
      username,
      (before ?? Promise.resolve()).then(() => promise),
    );
    await before;
    return { release: resolve, waited: before !== undefined };
  }
}

class MemorySession implements Session, SecondPassword {
  readonly secondPassword: SecondPassword = this;
  readonly #server: MemoryServer;
  readonly #login: Login;
  readonly #locks: (() => void)[] = [];
  #isOpen = true;

  constructor(server: MemoryServer, login: Login) {
    this.#server = server;
    this.#login = login;
    server.sessions.add(this);
  }

  get username(): string {
    return this.#login.username;
  }

  end(): void {
    this.#isOpen = false;
    this.#server.sessions.delete(this);
    for (const release of this.#locks.splice(0)) release();
  }

  #use(signal: AbortSignal): void {
    if (signal.aborted) throw new DeadlineReached();
    if (!this.#isOpen) throw new Unreachable(address(this.#login), "connection closed");
  }

  #require(username: string, signal: AbortSignal): void {
    this.#use(signal);
    const may = this.#server.users.get(this.username)?.may;
    if (may === "all" || (may === "self" && username === this.username)) return;
    const action = `give user ${username} a second password`;
    throw new PermissionDenied(address(this.#login), this.username, action, "GRANT it.");
  }

  #change(name: string, username: string, passwords: readonly string[]): void {
    this.#server.changes.push(name);
    this.#server.onChange(name);
    const { may } = this.#server.users.get(username) ?? { may: "log in" };
    this.#server.users.set(username, { may, passwords });
    this.#server.afterChange(name);
  }

  async lock(username: string, signal: AbortSignal): Promise<boolean> {
    this.#use(signal);
    const { release, waited } = await this.#server.locked(username);
    this.#locks.push(release);
    return waited;
  }

  async rehearsePassword(): Promise<readonly Notice[]> {
    return [];
  }

  async setPassword(
    username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    this.#use(signal);
    this.#change("setPassword", username, [password.reveal()]);
  }

  async requireUsable(
    username: string,
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    this.#require(username, signal);
    const values = known.map((each) => each.reveal());
    if (this.#server.passwordsOf(username).every((each) => values.includes(each))) return [];
    const what = `User ${username} has another password.`;
    return [{ code: "OTHER_PASSWORD_ENDS", what, remedy: "The next rotation ends it." }];
  }

  async add(
    username: string,
    { kept, added }: { readonly kept: Secret<string>; readonly added: Secret<string> },
    signal: AbortSignal,
  ): Promise<void> {
    this.#require(username, signal);
    this.#change("add", username, [added.reveal(), kept.reveal()]);
  }

  async keepOnly(username: string, passwords: Passwords, signal: AbortSignal): Promise<void> {
    this.#require(username, signal);
    this.#change(
      "keepOnly",
      username,
      passwords.map((each) => each.reveal()),
    );
  }

  async endSessions(username: string, signal: AbortSignal): Promise<number> {
    this.#require(username, signal);
    const ended = [...this.#server.sessions].filter(
      (each) => each !== this && each.username === username,
    );
    for (const session of ended) session.end();
    return ended.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }
}
