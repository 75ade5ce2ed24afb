import type {
  Credential,
  History,
  Holding,
  Retirement,
  StepContext,
  Switch,
  Versions,
} from "../../rotation/credential.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { DocumentError } from "../../secret/errors.ts";
import { adminLogin } from "./admin.ts";
import { accepts, type Engine, type EngineTraits } from "./engine.ts";
import { CredentialsRefused } from "./errors.ts";
import { address, type Login, type LoginSpec, loginName, requireSameTarget } from "./login.ts";
import { readLogin } from "./login-document.ts";
import { generatePassword } from "./password.ts";
import type { Rehearsal, Replacement, Retired, Strategy } from "./strategy.ts";
import { writeLogin } from "./write-login.ts";

/** What a login is replaced by. */
export interface LoginParts {
  readonly spec: LoginSpec;
  readonly engine: Engine;
  readonly traits: EngineTraits;
  readonly strategy: Strategy;
}

/** A login of a secret. Each document is parsed once. */
export class LoginCredential implements Credential {
  readonly parts: LoginParts;
  readonly openSwitch?: (versions: Versions, step: StepContext) => Promise<Switch>;
  readonly #logins = new WeakMap<SecretDocument, Login>();

  constructor(parts: LoginParts) {
    this.parts = parts;
    const { openSwitch } = parts.strategy;
    if (!openSwitch) return;
    this.openSwitch = async (versions, step) => openSwitch(this.#replacement(versions, step));
  }

  get traits() {
    return this.parts.spec.traits;
  }

  name(document: SecretDocument): string {
    return loginName(this.read(document));
  }

  identities(current: SecretDocument): readonly string[] {
    const login = this.read(current);
    return this.usernames(login).map((username) => identity({ ...login, username }));
  }

  /** Every user name that the secret holds in turn. */
  usernames({ username }: Login): readonly string[] {
    return [...new Set([username, this.#nextUsername(username)])];
  }

  async next(
    { current }: History,
    _isOurs: boolean,
    into: SecretDocument,
    { randomInt }: StepContext,
  ): Promise<SecretDocument> {
    const { spec } = this.parts;
    const username = this.#nextUsername(this.read(current).username);
    return writeLogin(into, spec, {
      username,
      password: generatePassword(spec.password, randomInt),
    });
  }

  carry(from: SecretDocument, into: SecretDocument, current: SecretDocument): SecretDocument {
    return writeLogin(into, this.parts.spec, this.#following(from, current));
  }

  set(versions: Versions, step: StepContext): Promise<"ready" | "outage"> {
    return this.parts.strategy.set(this.#replacement(versions, step));
  }

  test(versions: Versions, step: StepContext): Promise<void> {
    return this.parts.strategy.test(this.#replacement(versions, step));
  }

  async rehearse(current: SecretDocument, step: StepContext): Promise<void> {
    const { engine, strategy } = this.parts;
    const login = this.read(current);
    if (!(await accepts(engine, login, step.signal)))
      throw new CredentialsRefused(address(login), login.username, ["AWSCURRENT"]);
    for (const { what, remedy } of await strategy.rehearse(this.#situation(login, step)))
      step.warn(`${what} ${remedy}`);
  }

  accepted(
    document: SecretDocument,
    current: SecretDocument,
    { signal }: StepContext,
  ): Promise<boolean> {
    return accepts(this.parts.engine, this.#ofSameTarget(document, current), signal);
  }

  holding(document: SecretDocument): Holding {
    const login = this.read(document);
    return { identity: identity(login), value: login.password };
  }

  ends(live: Holding, { current, old }: Retirement): boolean {
    const login = this.#ofSameTarget(old, current);
    const isSameUser = live.identity === identity(login);
    // Retiring a user of a pair ends every password that it has.
    return isSameUser && (this.traits.changesUsername || live.value.equals(login.password));
  }

  retire(retirement: Retirement, step: StepContext): Promise<void> {
    return this.parts.strategy.retire(this.#retired(retirement, step));
  }

  sessions(retirement: Retirement, step: StepContext): Promise<number | undefined> {
    return this.parts.strategy.sessions(this.#retired(retirement, step));
  }

  endSessions(retirement: Retirement, step: StepContext): Promise<number> {
    return this.parts.strategy.endSessions(this.#retired(retirement, step));
  }

  /** @throws DocumentError */
  read(document: SecretDocument): Login {
    const known = this.#logins.get(document);
    if (known) return known;
    const login = readLogin(document, this.parts.spec, this.parts.traits);
    this.#logins.set(document, login);
    return login;
  }

  #nextUsername(username: string): string {
    return this.parts.strategy.username(username, this.parts);
  }

  /** The login of a version that follows AWSCURRENT. @throws TargetChanged */
  #following(document: SecretDocument, current: SecretDocument): Login {
    const login = this.read(document);
    const now = this.read(current);
    const username = this.#nextUsername(now.username);
    requireSameTarget(document.where, { ...now, username }, login);
    return login;
  }

  /** The login of a version that comes before or after AWSCURRENT. @throws TargetChanged */
  #ofSameTarget(document: SecretDocument, current: SecretDocument): Login {
    const login = this.read(document);
    const now = this.read(current);
    if (login.username !== now.username) return this.#following(document, current);
    requireSameTarget(document.where, now, login);
    return login;
  }

  #situation(current: Login, step: StepContext): Rehearsal {
    const { spec, engine } = this.parts;
    const admin = () => adminLogin(this.parts, current, step);
    return { spec, engine, signal: step.signal, current, admin };
  }

  #replacement(versions: Versions, step: StepContext): Replacement {
    const { warn, outage, leaked } = step;
    return {
      ...this.#situation(this.read(versions.current), step),
      pending: async () => this.#following(await versions.pending(), versions.current),
      earlier: () => this.#usable(versions.earlier(), versions),
      held: (isRefused) => this.#usable(versions.held(isRefused), versions),
      leaked,
      warn,
      outage,
    };
  }

  #retired({ current, old }: Retirement, step: StepContext): Retired {
    const situation = this.#situation(this.read(current), step);
    return { ...situation, old: this.#ofSameTarget(old, current) };
  }

  /** A version that does not hold a login of this credential's users cannot heal anything. */
  async *#usable(
    documents: AsyncIterable<SecretDocument>,
    { current }: Versions,
  ): AsyncGenerator<Login> {
    for await (const document of documents) {
      const login = this.#loginOf(document, current);
      if (login) yield login;
    }
  }

  #loginOf(document: SecretDocument, current: SecretDocument): Login | undefined {
    try {
      return this.#ofSameTarget(document, current);
    } catch (error) {
      if (error instanceof DocumentError) return undefined;
      throw error;
    }
  }
}

/** A user of a server. Host names are case-insensitive; user names are not. */
const identity = (login: Login) => `${address(login).toLowerCase()} ${login.username}`;
