import type { Invocation } from "./gate.ts";
import type { Held, Holder } from "./holder.ts";

interface User {
  canLogin: boolean;
  password: string | undefined;
  /** Beside the first one. */
  second?: string | undefined;
}

/** Whoever wants to know what a change on a server did. */
export interface ServerWatcher {
  /** @param change makes the change */
  changing(change: () => void): void;
}

/** A database server with users and passwords, in memory. */
export class FakeServer {
  readonly address: string;
  /** As the layout calls it. */
  readonly host: string;
  readonly users = new Map<string, User>();
  /** By the user that is locked. */
  readonly locks = new Map<string, Invocation>();
  isDown = false;
  readonly #watcher: ServerWatcher;

  constructor(host: string, address: string, watcher: ServerWatcher) {
    this.host = host;
    this.address = address;
    this.#watcher = watcher;
  }

  accepts(username: string, password: string): boolean {
    const user = this.users.get(username);
    return user?.canLogin === true && [user.password, user.second].includes(password);
  }

  /** By Quarterturn or by hand. */
  change(username: string, user: User): void {
    this.#watcher.changing(() => void this.users.set(username, user));
  }
}

/** All servers, and whoever uses them. */
export class Servers {
  readonly list: readonly FakeServer[];
  /** Everybody who holds a credential now. */
  holders: () => readonly Holder[] = () => [];

  constructor(list: readonly FakeServer[]) {
    this.list = list;
  }

  at(address: string): FakeServer | undefined {
    return this.list.find((each) => each.address === address);
  }

  of({ host }: { readonly host: string }): FakeServer | undefined {
    return this.list.find((each) => each.host === host);
  }

  accepts({ server, username, password }: Held): boolean {
    return this.at(server)?.accepts(username, password) ?? false;
  }

  sessions(address: string, username: string): readonly Holder[] {
    return this.holders().filter(
      ({ holds, connected }) =>
        connected && holds.server === address && holds.username === username,
    );
  }
}
