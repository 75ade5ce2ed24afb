import type { PostgresServer } from "../../postgres/server.ts";
import type { ServerCall, ServerProxy } from "../../server.ts";
import { heldIn } from "../holder.ts";
import type { FakeServer } from "../server.ts";
import { isOf } from "./verifier.ts";

interface Row {
  readonly rolname: string;
  readonly rolcanlogin: boolean;
  readonly rolpassword: string | null;
}

/** A PostgreSQL server of the walk, and what is true of its users, as the oracle sees it. */
export class Database {
  readonly server: PostgresServer;
  readonly proxy: ServerProxy;
  readonly shadow: FakeServer;
  readonly #texts: () => readonly string[];
  /** The password of a verifier. */
  readonly #passwords = new Map<string, string>();
  /** Set by hand, so that no secret holds them. */
  readonly #byHand: { readonly username: string; readonly password: string }[] = [];
  #seen = "";

  /** @param texts every value that a secret has held */
  constructor(
    server: PostgresServer,
    proxy: ServerProxy,
    shadow: FakeServer,
    texts: () => readonly string[],
  ) {
    this.server = server;
    this.proxy = proxy;
    this.shadow = shadow;
    this.#texts = texts;
  }

  /** After a call that may have changed users. @param changing is told of the change, and makes it */
  async noteAfter(call: ServerCall, changing: (change: () => void) => void): Promise<void> {
    if (call.kind === "query" && !/^(SELECT|SET|SHOW|DISCARD)/.test(call.summary))
      await this.note(changing);
  }

  async note(changing: (change: () => void) => void): Promise<void> {
    if (this.shadow.isDown) return;
    const rows = await this.#rows();
    const seen = JSON.stringify(rows);
    if (seen === this.#seen) return;
    this.#seen = seen;
    const users = rows.map(({ rolname, rolcanlogin, rolpassword }) => {
      const password = rolpassword === null ? undefined : this.#passwordOf(rolname, rolpassword);
      return [rolname, { canLogin: rolcanlogin, password }] as const;
    });
    changing(() => {
      this.shadow.users.clear();
      for (const [name, user] of users) this.shadow.users.set(name, user);
    });
  }

  /** @throws when the server does not let in whom the oracle takes it to let in, or the other way round */
  async requireTrue(username: string, password: string): Promise<void> {
    if (this.shadow.isDown) return;
    const database = this.server.defaultDatabase;
    const accepts = await this.server.accepts({ database, username, password });
    if (accepts !== this.shadow.accepts(username, password))
      throw new Error(`The walk takes ${username} wrongly.`);
  }

  async setPassword(username: string, password: string): Promise<void> {
    if (this.shadow.isDown) return;
    this.#byHand.push({ username, password });
    await this.server.setPassword(username, password);
    await this.note((change) => change());
  }

  async setDown(isDown: boolean): Promise<void> {
    if (isDown) await this.server.stop();
    else await this.server.start();
    this.shadow.isDown = isDown;
  }

  async #rows(): Promise<readonly Row[]> {
    const sql =
      "SELECT rolname, rolcanlogin, rolpassword FROM pg_authid WHERE rolname !~ '^pg_' AND NOT rolsuper ORDER BY 1";
    return (await this.server.query(sql)) as unknown as Row[];
  }

  #passwordOf(username: string, verifier: string): string {
    const known = this.#passwords.get(verifier);
    if (known !== undefined) return known;
    const all = this.#texts().flatMap((text) => heldIn(text) ?? []);
    const held = [...all, ...this.#byHand]
      .toReversed()
      .find((each) => each.username === username && isOf(verifier, each.password));
    const password = held?.password ?? `nobody knows it: ${verifier}`;
    if (held) this.#passwords.set(verifier, password);
    return password;
  }
}
