import type { CredentialSpec } from "../../lib/manifest/type.ts";
import { loadCredential } from "../../lib/registry.ts";
import type { Credential } from "../../lib/rotation/credential.ts";
import { LoginCredential } from "../../lib/rotators/login/credential.ts";
import type { Approach, Engine, Session } from "../../lib/rotators/login/engine.ts";
import { address, type Login } from "../../lib/rotators/login/login.ts";
import type { Notice } from "../../lib/rotators/login/notice.ts";
import type { Pair, PairOperations } from "../../lib/rotators/login/pair.ts";
import { OtherUserInUse, UsersMissing } from "../../lib/rotators/login/pair-errors.ts";
import type { SecondPassword } from "../../lib/rotators/login/second-password.ts";
import { LockBusy, PermissionDenied } from "../../lib/rotators/login/server-errors.ts";
import { DnsFailed, Unreachable } from "../../lib/rotators/login/transport-errors.ts";
import { type Gate, type Invocation, serverFailure } from "./gate.ts";
import type { Holder } from "./holder.ts";
import { FakeSecondPassword } from "./second-password.ts";
import type { FakeServer, Servers } from "./server.ts";

/** How long a connection is tried, in milliseconds. */
const connectTime = 5000;

/** The user that may administer every other, on every server. */
export const administrator = "administrator";

/** The engine of one invocation, on servers in memory. It keeps the contract of `lib/rotators/login/engine.ts`. */
export class FakeEngine implements Engine {
  readonly #servers: Servers;
  readonly #gate: Gate;
  readonly #by: Invocation;

  constructor(servers: Servers, gate: Gate, by: Invocation) {
    this.#servers = servers;
    this.#gate = gate;
    this.#by = by;
  }

  login(login: Login): Promise<Session | "refused"> {
    const at = address(login);
    return this.#gate.call(this.#by, serverFailure(at), () => {
      const server = this.#servers.at(at);
      if (!server) throw new DnsFailed(login.host);
      if (server.isDown) {
        this.#gate.pass(connectTime);
        throw new Unreachable(at, "connection timed out");
      }
      if (!server.accepts(login.username, login.password.reveal())) return "refused";
      const call: Call = (effect) => this.#gate.call(this.#by, serverFailure(at), effect);
      return new FakeSession({
        username: login.username,
        server,
        servers: this.#servers,
        by: this.#by,
        call,
      });
    });
  }

  approach(login: Login): Approach {
    return { login: () => this.login(login), [Symbol.asyncDispose]: async () => {} };
  }
}

/** The product's own credential, on servers in memory. */
export async function onServers(
  spec: CredentialSpec,
  servers: Servers,
  gate: Gate,
  by: Invocation,
): Promise<Credential> {
  const loaded = await loadCredential(spec);
  if (!(loaded instanceof LoginCredential)) return loaded;
  return new LoginCredential({ ...loaded.parts, engine: new FakeEngine(servers, gate, by) });
}

type Call = <T>(effect: () => T) => Promise<T>;

interface SessionState {
  readonly username: string;
  readonly server: FakeServer;
  readonly servers: Servers;
  readonly by: Invocation;
  readonly call: Call;
}

class FakeSession implements Session, PairOperations {
  readonly pairs: PairOperations = this;
  readonly secondPassword: SecondPassword;
  readonly #state: SessionState;

  constructor(state: SessionState) {
    this.#state = state;
    this.secondPassword = new FakeSecondPassword({
      run: (effect) => this.#run(effect),
      require: (username) => this.#require(username),
      sessions: (username) => this.#sessions(username),
      server: state.server,
    });
  }

  get #server(): FakeServer {
    return this.#state.server;
  }

  #run<T>(effect: () => T): Promise<T> {
    return this.#state.call(() => {
      if (this.#server.isDown) throw new Unreachable(this.#server.address, "connection lost");
      return effect();
    });
  }

  #sessions(username: string): readonly Holder[] {
    return this.#state.servers.sessions(this.#server.address, username);
  }

  #require(username: string): void {
    const { username: own } = this.#state;
    if (own === username || own === administrator) return;
    throw new PermissionDenied(this.#server.address, own, `change ${username}`, "Grant it.");
  }

  lock(username: string): Promise<boolean> {
    return this.#run(() => {
      const holder = this.#server.locks.get(username);
      if (holder && holder !== this.#state.by && !holder.isDead)
        throw new LockBusy(this.#server.address, `lock user ${username}`, "its locks");
      this.#server.locks.set(username, this.#state.by);
      return false;
    });
  }

  rehearsePassword(username: string): Promise<readonly Notice[]> {
    return this.#run(() => {
      this.#require(username);
      return [];
    });
  }

  setPassword(username: string, password: { reveal(): string }): Promise<void> {
    return this.#run(() => {
      this.#require(username);
      const canLogin = this.#server.users.get(username)?.canLogin ?? true;
      this.#server.change(username, { canLogin, password: password.reveal() });
    });
  }

  requireAdministrable({ owner }: Pair): Promise<readonly Notice[]> {
    return this.#run(() => {
      this.#administrable(owner);
      return [];
    });
  }

  async requireNothingInside(): Promise<void> {}

  #administrable(owner: string): void {
    this.#require(owner);
    if (!this.#server.users.has(owner))
      throw new UsersMissing(this.#server.address, owner, "Create it.");
  }

  align(
    { owner }: Pair,
    user: { readonly username: string; readonly password: { reveal(): string } },
  ): Promise<readonly Notice[]> {
    return this.#run(() => {
      this.#administrable(owner);
      const { username, password } = user;
      const sessions = this.#sessions(username).length;
      if (this.#server.users.get(username)?.canLogin && sessions > 0)
        throw new OtherUserInUse(this.#server.address, username, sessions);
      this.#server.change(username, { canLogin: true, password: password.reveal() });
      return [];
    });
  }

  requireActsAs(): Promise<void> {
    return this.#run(() => {});
  }

  sessionsOf(username: string): Promise<number> {
    return this.#run(() => this.#sessions(username).length);
  }

  disable({ owner }: Pair, username: string): Promise<void> {
    return this.#run(() => {
      this.#administrable(owner);
      this.#server.change(username, { canLogin: false, password: undefined });
    });
  }

  endSessions({ owner }: Pair, username: string): Promise<number> {
    return this.#run(() => {
      this.#administrable(owner);
      const ended = this.#sessions(username);
      for (const holder of ended) holder.connected = false;
      return ended.length;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [username, holder] of this.#server.locks)
      if (holder === this.#state.by) this.#server.locks.delete(username);
  }
}
