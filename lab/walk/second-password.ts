import type { Notice } from "../../lib/rotators/login/notice.ts";
import type { Passwords, SecondPassword } from "../../lib/rotators/login/second-password.ts";
import type { Secret } from "../../lib/secret/secret.ts";
import type { Holder } from "./holder.ts";
import type { FakeServer } from "./server.ts";

/** What a session in memory lends. */
interface Lent {
  run<T>(effect: () => T): Promise<T>;
  /** @throws PermissionDenied */
  require(username: string): void;
  sessions(username: string): readonly Holder[];
  readonly server: FakeServer;
}

/** Two passwords of a user, on a server in memory. */
export class FakeSecondPassword implements SecondPassword {
  readonly #lent: Lent;

  constructor(lent: Lent) {
    this.#lent = lent;
  }

  requireUsable(username: string, known: readonly Secret<string>[]): Promise<readonly Notice[]> {
    const { run, require, server } = this.#lent;
    return run(() => {
      require(username);
      const { password, second } = server.users.get(username) ?? {};
      const values = known.map((each) => each.reveal());
      const isKnown = (text?: string) => text === undefined || values.includes(text);
      if (isKnown(password) && isKnown(second)) return [];
      const what = `User ${username} has another password.`;
      return [{ code: "OTHER_PASSWORD_ENDS", what, remedy: "The next rotation ends it." }];
    });
  }

  add(
    username: string,
    { kept, added }: { readonly kept: Secret<string>; readonly added: Secret<string> },
  ): Promise<void> {
    return this.keepOnly(username, [added, kept]);
  }

  keepOnly(username: string, [one, other]: Passwords): Promise<void> {
    const { run, require, server } = this.#lent;
    return run(() => {
      require(username);
      const [password, second] = [one.reveal(), other?.reveal()];
      server.change(username, { canLogin: true, password, second });
    });
  }

  endSessions(username: string): Promise<number> {
    const { run, require, sessions } = this.#lent;
    return run(() => {
      require(username);
      const ended = sessions(username);
      for (const holder of ended) holder.connected = false;
      return ended.length;
    });
  }
}
