import type {
  Credential,
  History,
  Holding,
  Retirement,
  Retiring,
  StepContext,
  Switch,
  Versions,
} from "../../rotation/credential.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { adminLogin } from "./admin.ts";
import { accepts, type Engine, type EngineTraits } from "./engine.ts";
import { CredentialsRefused } from "./errors.ts";
import { address, type Login, type LoginSpec, loginName } from "./login.ts";
import { Logins } from "./logins.ts";
import type { ManagedMasters } from "./managed-master.ts";
import { generatePassword } from "./password.ts";
import type { Rehearsal, Replacement, Retired, Strategy } from "./strategy.ts";
import { writeLogin } from "./write-login.ts";

/** What a login is replaced by. */
export interface LoginParts {
  readonly spec: LoginSpec;
  readonly engine: Engine;
  readonly traits: EngineTraits;
  readonly strategy: Strategy;
  /** Where the administrator's secret does not say where it belongs, but RDS does. */
  readonly masters?: ManagedMasters | undefined;
}

/** A login of a secret. */
export class LoginCredential implements Credential {
  readonly parts: LoginParts;
  readonly openSwitch?: (versions: Versions, step: StepContext) => Promise<Switch>;
  readonly logins: Logins;

  constructor(parts: LoginParts) {
    this.parts = parts;
    this.logins = new Logins(parts);
    const { openSwitch } = parts.strategy;
    if (!openSwitch) return;
    this.openSwitch = async (versions, step) => openSwitch(this.#replacement(versions, step));
  }

  get traits() {
    return this.parts.spec.traits;
  }

  name(document: SecretDocument): string {
    return loginName(this.logins.of(document));
  }

  identities(current: SecretDocument): readonly string[] {
    const login = this.logins.of(current);
    return this.logins.usernames(login).map((username) => this.#identity({ ...login, username }));
  }

  /** A user of a server, or of a database on it. Host names are case-insensitive; user names are not. */
  #identity(login: Login): string {
    const user = `${address(login).toLowerCase()} ${login.username}`;
    return this.parts.traits.usersOfDatabases ? `${user}@${login.database}` : user;
  }

  async next(
    { current }: History,
    _isOurs: boolean,
    into: SecretDocument,
    { randomInt }: StepContext,
  ): Promise<SecretDocument> {
    const { spec, traits } = this.parts;
    const username = this.logins.nextUsername(this.logins.of(current).username);
    const next = { username, password: generatePassword(spec.password, randomInt) };
    return writeLogin(into, spec, next, traits.defaultUsername);
  }

  carry(from: SecretDocument, into: SecretDocument, current: SecretDocument): SecretDocument {
    const { spec, traits } = this.parts;
    return writeLogin(into, spec, this.logins.following(from, current), traits.defaultUsername);
  }

  set(versions: Versions, step: StepContext): Promise<"ready" | "outage"> {
    return this.parts.strategy.set(this.#replacement(versions, step));
  }

  test(versions: Versions, step: StepContext): Promise<void> {
    return this.parts.strategy.test(this.#replacement(versions, step));
  }

  async rehearse(current: SecretDocument, step: StepContext): Promise<void> {
    const { strategy } = this.parts;
    const login = this.logins.of(current);
    if ((await this.works(login, step.signal)) === false)
      throw new CredentialsRefused(address(login), login.username, ["AWSCURRENT"]);
    for (const { what, remedy } of await strategy.rehearse(this.#situation(login, step)))
      step.warn(`${what} ${remedy}`);
  }

  accepted(
    document: SecretDocument,
    current: SecretDocument,
    { signal }: StepContext,
  ): Promise<boolean | undefined> {
    return this.works(this.logins.ofSameTarget(document, current), signal);
  }

  /** Whether the server accepts a login; `undefined` where nobody can log in to its engine here. */
  works(login: Login, signal: AbortSignal): Promise<boolean | undefined> {
    return accepts(this.parts.engine, login, signal);
  }

  holding(document: SecretDocument): Holding {
    const login = this.logins.of(document);
    return { identity: this.#identity(login), value: login.password };
  }

  ends(live: Holding, { current, old }: Retirement): boolean {
    const login = this.logins.ofSameTarget(old, current);
    const isSameUser = live.identity === this.#identity(login);
    // Retiring a user of a pair ends every password that it has.
    return isSameUser && (this.traits.changesUsername || live.value.equals(login.password));
  }

  retire(retirement: Retirement, step: StepContext): Promise<Retiring | undefined> {
    return this.parts.strategy.retire(this.#retired(retirement, step));
  }

  sessions(retirement: Retirement, step: StepContext): Promise<number | undefined> {
    return this.parts.strategy.sessions(this.#retired(retirement, step));
  }

  endSessions(retirement: Retirement, step: StepContext): Promise<number> {
    return this.parts.strategy.endSessions(this.#retired(retirement, step));
  }

  #situation(current: Login, step: StepContext): Rehearsal {
    const { spec, engine } = this.parts;
    const admin = () => adminLogin(this.parts, current, step);
    return { spec, engine, signal: step.signal, sleep: step.sleep, current, admin };
  }

  #replacement(versions: Versions, step: StepContext): Replacement {
    const { warn, outage, leaked } = step;
    return {
      ...this.#situation(this.logins.of(versions.current), step),
      pending: async () => this.logins.following(await versions.pending(), versions.current),
      earlier: () => this.logins.usable(versions.earlier(), versions.current),
      held: (isRefused) => this.logins.usable(versions.held(isRefused), versions.current),
      leaked,
      warn,
      outage,
    };
  }

  #retired(
    { current, old, pending, requireUnchanged = async () => {} }: Retirement,
    step: StepContext,
  ): Retired {
    const situation = this.#situation(this.logins.of(current), step);
    return {
      ...situation,
      old: this.logins.ofSameTarget(old, current),
      next: pending && this.logins.usableIn(pending, current),
      requireUnchanged,
    };
  }
}
