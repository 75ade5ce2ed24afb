import { address, type Login } from "../credentials/credential.ts";
import { accepts, type Engine, type Session } from "../engines/engine.ts";
import {
  CredentialsRefused,
  PasswordRejected,
  PermissionDenied,
  ReadOnlyServer,
  SwitchUndecided,
} from "../errors.ts";
import type { Situation, Strategy, Switch } from "./strategy.ts";

/**
 * One user, one password: between the change on the server and the move of AWSCURRENT new logins fail.
 * Everything that can go wrong is therefore tried before (rehearse, test), and the change itself waits for
 * finishSecret, so that the gap never spans two invocations.
 */
export const inPlace: Strategy = {
  next: (current, password) => ({ username: current.username, password }),

  async set(situation) {
    await using found = await findAccepted(situation);
    if (found.version !== "current") return "outage";
    await found.session.rehearsePassword(found.login.username, situation.signal);
    return "ready";
  },

  async test({ engine, current, signal }) {
    const login = await current();
    if (await accepts(engine, login, signal)) return;
    throw new CredentialsRefused(address(login), login.username, ["AWSCURRENT"]);
  },

  async openSwitch(situation) {
    const found = await findAccepted(situation);
    try {
      const pending = await situation.pending();
      const waited = await found.session.lock(pending.username, situation.signal);
      return new PasswordSwitch(situation, found, pending, waited);
    } catch (error) {
      await found[Symbol.asyncDispose]();
      throw error;
    }
  },
};

interface Found extends AsyncDisposable {
  readonly version: "current" | "pending" | "earlier";
  readonly login: Login;
  readonly session: Session;
}

/**
 * AWSCURRENT first, so that in the healthy case no login ever fails. Only a refusal leads on: to the
 * pending version (this rotation was killed after its change), then to what the secret held before (an
 * earlier rotation was, or somebody edited the secret alone).
 */
async function findAccepted(situation: Situation): Promise<Found> {
  const { engine, signal } = situation;
  const attempt = async (version: Found["version"], login: Login): Promise<Found | undefined> => {
    const session = await engine.login(login, signal);
    if (session === "refused") return undefined;
    return { version, login, session, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  };
  const current = await situation.current();
  const healthy = await attempt("current", current);
  if (healthy) return healthy;

  const switched = await attempt("pending", await situation.pending());
  if (switched) return switched;
  let earlier = 0;
  for await (const login of situation.earlier()) {
    const found = await attempt("earlier", login);
    if (found) return found;
    earlier += 1;
  }
  const tried = ["AWSCURRENT", "AWSPENDING", `${earlier} earlier versions`];
  throw new CredentialsRefused(address(current), current.username, tried);
}

class PasswordSwitch implements Switch {
  readonly waited: boolean;
  readonly #secret: string;
  readonly #engine: Engine;
  readonly #found: Found;
  readonly #pending: Login;
  #changed = false;

  constructor(situation: Situation, found: Found, pending: Login, waited: boolean) {
    this.#secret = situation.secret;
    this.#engine = situation.engine;
    this.#found = found;
    this.#pending = pending;
    this.waited = waited;
  }

  get changed(): boolean {
    return this.#changed;
  }

  get username(): string {
    return this.#pending.username;
  }

  async apply(signal: AbortSignal): Promise<void> {
    if (this.#found.version === "pending") return;
    const { username, password } = this.#pending;
    this.#changed = true;
    let failure: unknown = new SwitchUndecided(this.#secret, username, "the new one is refused");
    try {
      await this.#found.session.setPassword(username, password, signal);
    } catch (error) {
      this.#changed = !isRefusal(error);
      if (!this.#changed || signal.aborted) throw error;
      failure = error;
    }
    // After a lost reply, too, only a login tells whether the change took place.
    if (!(await accepts(this.#engine, this.#pending, signal))) throw failure;
  }

  async revert(signal: AbortSignal): Promise<void> {
    const { login: old, session } = this.#found;
    try {
      await session.setPassword(old.username, old.password, signal);
    } catch {
      await this.#revertAfresh(old, signal);
    }
    if (await accepts(this.#engine, old, signal)) return;
    throw new SwitchUndecided(this.#secret, old.username, "the old one is refused too");
  }

  /** The session is lost, and with it the knowledge whether the change took place: a login tells. */
  async #revertAfresh(old: Login, signal: AbortSignal): Promise<void> {
    const session = await this.#engine.login(this.#pending, signal);
    if (session === "refused") return;
    await using _ = session;
    await session.setPassword(old.username, old.password, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#found[Symbol.asyncDispose]();
  }
}

/** The server answered that it changed nothing. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof PermissionDenied ||
    error instanceof ReadOnlyServer ||
    error instanceof PasswordRejected
  );
}
