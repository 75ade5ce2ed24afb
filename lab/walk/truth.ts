import { isLeaked, retiringLabel } from "../../lib/secret/labels.ts";
import type { Secret } from "../../standin/secrets-manager/secret.ts";
import type { VirtualClock } from "./clock.ts";
import { type Held, type Holder, heldIn } from "./holder.ts";
import { secrets as layouts } from "./layout.ts";
import { currentOf, type FakeSecrets, pendingOf, textOf } from "./secrets.ts";
import type { Servers } from "./server.ts";

/** What the oracle judges by: who holds what, what the servers accept, and since when. */
export class Truth {
  readonly #clock: VirtualClock;
  readonly #secrets: FakeSecrets;
  readonly #servers: Servers;
  readonly #calls: () => number;
  /** When a credential of a secret was last AWSCURRENT, by server, user and password. */
  readonly #ceased = new Map<string, number>();
  /** Since when each version is to be retired, by secret. */
  readonly #retiringSince = new Map<string, Map<string, { at: number; isOn: boolean }>>();
  /** When the password of a user was set, by server and user. */
  readonly #madeAt = new Map<string, number>();
  /** Since when AWSCURRENT is refused, by secret. */
  readonly #refusedSince = new Map<string, number>();
  /** AWSCURRENT was refused by what an operator did, by secret. */
  readonly #handMade = new Set<string>();
  /** The number of calls when an operator last changed a secret's labels. */
  readonly #movedAt = new Map<string, number>();
  #isByHand = false;
  /** Every secret value so far. */
  readonly passwords = new Set<string>();

  constructor(clock: VirtualClock, secrets: FakeSecrets, servers: Servers, calls: () => number) {
    this.#clock = clock;
    this.#secrets = secrets;
    this.#servers = servers;
    this.#calls = calls;
  }

  /** An operator changes the labels or values of a secret. */
  byHand<T>(secret: Secret, change: () => T): T {
    this.#isByHand = true;
    const done = change();
    this.#movedAt.set(secret.name, this.#calls());
    const { current } = this.of(secret);
    if (!current || !this.#servers.accepts(current)) this.#handMade.add(secret.name);
    else this.#handMade.delete(secret.name);
    this.note();
    this.#isByHand = false;
    return done;
  }

  /** Remembers which credentials are AWSCURRENT now, and which passwords exist. */
  note(): void {
    const { now } = this.#clock;
    for (const secret of this.managed()) {
      const { current } = this.of(secret);
      if (current) this.#ceased.set(keyOf(current), now);
      this.#noteRetiring(secret);
      const works = current !== undefined && this.#servers.accepts(current);
      if (works) this.#refusedSince.delete(secret.name);
      else if (!this.#refusedSince.has(secret.name)) this.#refusedSince.set(secret.name, now);
      if (works) this.#handMade.delete(secret.name);
    }
    for (const { address, users } of this.#servers.list)
      for (const [username, { password }] of users) {
        if (password === undefined || this.passwords.has(password)) continue;
        this.passwords.add(password);
        this.#madeAt.set(`${address} ${username}`, now);
      }
  }

  /**
   * A label that an operator takes off, and that settlement puts back, is the same problem all the while: what on-call
   * was told of it still holds.
   */
  #noteRetiring(secret: Secret): void {
    const since = this.#retiringSince.get(secret.name) ?? new Map();
    this.#retiringSince.set(secret.name, since);
    for (const { id, labels } of secret.versions.values()) {
      const [known, isOn] = [since.get(id), isToRetire(labels)];
      if (isOn) since.set(id, { at: known?.at ?? this.#clock.now, isOn });
      else if (labels.has("AWSCURRENT") || (known?.isOn && !this.#isByHand)) since.delete(id);
      else if (known) since.set(id, { ...known, isOn });
    }
  }

  /** Since when a version that is RETIRING now was to be retired; `undefined` where none is. */
  unsettledSince({ name, versions }: Secret): number | undefined {
    const times = [...versions.values()].flatMap(({ id, labels }) =>
      isToRetire(labels) ? (this.#retiringSince.get(name)?.get(id)?.at ?? []) : [],
    );
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** When it was last AWSCURRENT; `undefined`: never. */
  ceasedAt(held: Held): number | undefined {
    return this.#ceased.get(keyOf(held));
  }

  /** When the password was set. */
  madeAt({ server, username }: Held): number {
    return this.#madeAt.get(`${server} ${username}`) ?? 0;
  }

  /** Since when AWSCURRENT is refused. */
  refusedSince({ name }: Secret): number | undefined {
    return this.#refusedSince.get(name);
  }

  /** It is refused by what an operator did. */
  isRefusedByHand({ name }: Secret): boolean {
    return this.#handMade.has(name);
  }

  /** How many calls functions have made since an operator last changed its labels. */
  callsSinceHand({ name }: Secret): number {
    return this.#calls() - (this.#movedAt.get(name) ?? Number.NEGATIVE_INFINITY);
  }

  /** Whatever works: AWSCURRENT of each secret, and what each holder holds. */
  accepted(): readonly { secret: Secret; held: Held; holder?: Holder }[] {
    const managed = this.managed();
    const currents = managed.flatMap((secret) => {
      const { current } = this.of(secret);
      return current ? [{ secret, held: current }] : [];
    });
    const holders = this.#servers.holders().flatMap((holder) => {
      const secret = managed.find(({ name }) => name === holder.secret);
      return secret ? [{ secret, held: holder.holds, holder }] : [];
    });
    return [...currents, ...holders].filter(({ held }) => this.#servers.accepts(held));
  }

  /** Users of the secret that can log in, with their passwords. */
  logins(secret: Secret): readonly Held[] {
    const { usernames, server } = this.of(secret);
    return usernames.flatMap((username) => {
      const user = server?.users.get(username);
      const { canLogin = false, password } = user ?? {};
      return server && canLogin && password !== undefined
        ? [{ server: server.address, username, password }]
        : [];
    });
  }

  managed(): readonly Secret[] {
    return this.#secrets.list.filter(({ name }) => layouts.some((each) => each.name === name));
  }

  of(secret: Secret) {
    const layout = layouts.find(({ name }) => name === secret.name) ?? layouts[0];
    if (!layout) throw new RangeError("There are no secrets.");
    const [current, pending] = [currentOf(secret), pendingOf(secret)];
    const user = secret.name.replace("/", "_");
    return {
      layout,
      current: heldIn(textOf(current)),
      pending: heldIn(textOf(pending)),
      leaked: [current, pending].some((each) => each && isLeaked(each.id)),
      usernames: [user, `${user}_clone`],
      server: this.#servers.at(`${layout.host}:5432`),
    };
  }
}

const keyOf = (held: Held) => `${held.server} ${held.username} ${held.password}`;

/** A label by which settlement retires a version, on one that is not AWSCURRENT. */
const isToRetire = (labels: ReadonlySet<string>) =>
  !labels.has("AWSCURRENT") && [...labels].some((label) => label.startsWith(retiringLabel));
