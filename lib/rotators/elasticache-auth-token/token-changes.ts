import type { Secret } from "../../secret/secret.ts";
import { brief, Following } from "../acl-users/following.ts";
import type { AskedServer, PasswordChanges } from "../acl-users/password-changes.ts";
import type { Pause } from "../acl-users/pause.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords } from "../login/second-password.ts";
import { AuthTokenBusy, AuthTokenLags, AuthTokenRefused } from "./errors.ts";
import type { ReplicationGroup, ReplicationGroupState } from "./replication-group.ts";
import { requireUsable } from "./usable.ts";

/** How often a change is begun anew after another one that was under way. */
const attempts = 3;

/** For how long after a change servers may lag behind the API, in milliseconds; with what clocks differ by. */
const recent = 15 * 60_000;

/**
 * Changes of the AUTH token of a replication group. ROTATE ends the older of two tokens, and nothing shows how many there
 * are, or which of them is the older. So whatever token is to live is made the only one first, which AWS takes of none but
 * the newest; and where it is not the newest, it is rotated in again, which never ends it.
 */
export class TokenChanges implements PasswordChanges {
  readonly #group: ReplicationGroup;
  readonly #following: Following<ReplicationGroupState>;
  /** The last change that was asked for or seen under way, where that is known. */
  #last: ReplicationGroupState["change"];

  constructor(group: ReplicationGroup, server: AskedServer, pause: Pause) {
    this.#group = group;
    this.#following = new Following({
      ...{ server, pause },
      describe: async (signal) => {
        const state = await group.describe(signal);
        if (state.change) this.#last = state.change;
        return state;
      },
      busy: (status) => new AuthTokenBusy(group.name, status),
      lags: (address) => new AuthTokenLags(group.name, address),
    });
  }

  settled(signal: AbortSignal): Promise<boolean> {
    return this.#following.settled(signal);
  }

  /** Nothing shows how many tokens there are, so nothing is told of others. */
  async requireUsable(
    username: string,
    _known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    requireUsable(this.#group, await this.#group.describe(signal), username);
    return [];
  }

  async bring(tokens: Passwords, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await this.#bring(tokens, signal);
      } catch (error) {
        const isLast = attempt === attempts || signal.aborted;
        if (!(error instanceof AuthTokenBusy) || isLast) throw error;
        // Whatever is under way will be seen. Most likely it is the same change by another attempt: two that go on at once
        // would only hinder each other.
        this.#last = undefined;
        if (await this.#following.comesTrue(tokens, signal)) return;
      }
  }

  async #bring(tokens: Passwords, signal: AbortSignal): Promise<void> {
    const [kept, added] = tokens;
    if (!added) return this.#keep(kept, signal);
    const { state } = await this.#following.atRest(signal);
    if (await this.#following.accepts(tokens, signal)) return;
    // Another attempt has perhaps rotated the new one in, which servers may learn later than the API says.
    const { unchangedFor = 0 } = state;
    if (unchangedFor < recent && (await this.#following.comesTrue(tokens, signal))) return;
    if (!(await this.#isOnly(kept, signal))) await this.#keep(kept, signal);
    await this.#rotate(added, signal);
    await this.#following.follow(tokens, signal);
  }

  /** A SET that was seen leaves one token. Whoever asked for it again, in each attempt, would never come to ROTATE. */
  async #isOnly(token: Secret<string>, signal: AbortSignal): Promise<boolean> {
    return this.#last === "SETTING" && (await this.#following.accepts([token], signal));
  }

  async narrow(tokens: Passwords, signal: AbortSignal): Promise<void> {
    const { status } = await this.#following.requireAtRest(signal);
    const [kept, other] = tokens;
    if (!other && this.#last === "ROTATING") throw new AuthTokenBusy(this.#group.name, status);
    if (!other) return this.#keep(kept, signal, brief);
    // There are no more than two.
    if (!(await this.#following.accepts(tokens, signal))) await this.#bring(tokens, signal);
  }

  /** Makes it the only token. It is accepted at every instant. */
  async #keep(token: Secret<string>, signal: AbortSignal, longest?: number): Promise<void> {
    if (!(await this.#set(token, signal, longest))) await this.#renew(token, signal, longest);
  }

  /** @returns whether it is the only token now; otherwise nothing was changed */
  async #set(token: Secret<string>, signal: AbortSignal, longest?: number): Promise<boolean> {
    try {
      await this.#group.set(token, signal);
    } catch (error) {
      if (error instanceof AuthTokenRefused) return false;
      throw error;
    }
    this.#last = "SETTING";
    await this.#following.follow([token], signal, longest);
    return true;
  }

  async #rotate(token: Secret<string>, signal: AbortSignal): Promise<void> {
    await this.#group.rotate(token, signal);
    this.#last = "ROTATING";
  }

  /** The same for a token that is not the newest: it is made so. @throws AuthTokenRefused when AWS does not take it at all */
  async #renew(token: Secret<string>, signal: AbortSignal, longest?: number): Promise<void> {
    await this.#rotate(token, signal);
    await this.#following.follow([token], signal, longest);
    await this.#group.set(token, signal);
    this.#last = "SETTING";
    await this.#following.follow([token], signal, longest);
  }
}
