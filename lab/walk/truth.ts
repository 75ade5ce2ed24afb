import { isLeaked, originLabel, retiringLabel } from "../../lib/secret/labels.ts";
import type { Secret } from "../../standin/secrets-manager/secret.ts";
import { continued } from "./continued.ts";
import { type Held, type Holder, heldIn, isSame } from "./holder.ts";
import { secrets as layouts } from "./layout.ts";
import { currentOf, pendingOf, textOf } from "./secrets.ts";
import type { Servers } from "./server.ts";

/** How much older than the account an answer to a function may be, in milliseconds. */
const maximumLag = 5 * 60_000;

/** Since when a secret is unsettled; and since when it only seems settled, by what an operator did. */
interface Unsettled {
  readonly at: number;
  readonly goneSince?: number | undefined;
}

/** What the oracle judges by: who holds what, what the servers accept, and since when. */
export class Truth {
  readonly #clock: { readonly now: number };
  readonly #secrets: { readonly list: readonly Secret[] };
  readonly #servers: Servers;
  readonly #calls: () => number;
  /** When a credential of a secret was last AWSCURRENT, by server, user and password. */
  readonly #ceased = new Map<string, number>();
  /** Versions of leaked-mode rotations that have been AWSCURRENT. */
  readonly #leakedTo = new Set<string>();
  /** The credentials that these replaced, by server, user and password. */
  readonly #leaked = new Set<string>();
  /** By secret. */
  readonly #unsettled = new Map<string, Unsettled>();
  /** When the password of a user was set, by server and user. */
  readonly #madeAt = new Map<string, number>();
  /** Since when AWSCURRENT is refused, and since when it works again, by secret. */
  readonly #refused = new Map<string, { since: number; worksSince?: number | undefined }>();
  /** AWSCURRENT was refused by what an operator did, by secret. */
  readonly #handMade = new Set<string>();
  /** The number of calls when an operator last changed a secret's labels. */
  readonly #movedAt = new Map<string, number>();
  #isByHand = false;
  #lookedAt = 0;
  /** Every secret value so far. */
  readonly passwords = new Set<string>();

  constructor(
    clock: { readonly now: number },
    secrets: { readonly list: readonly Secret[] },
    servers: Servers,
    calls: () => number,
  ) {
    this.#clock = clock;
    this.#secrets = secrets;
    this.#servers = servers;
    this.#calls = calls;
  }

  /** An operator changes the labels or values of a secret. */
  byHand(secret: Secret, change: () => Promise<void> | void): Promise<void> | void {
    this.#isByHand = true;
    return continued(change(), () => this.#byHand(secret));
  }

  #byHand(secret: Secret): void {
    this.#movedAt.set(secret.name, this.#calls());
    const { current } = this.of(secret);
    if (!current || !this.#servers.accepts(current)) this.#handMade.add(secret.name);
    else this.#handMade.delete(secret.name);
    this.note();
    this.#isByHand = false;
  }

  /** Remembers which credentials are AWSCURRENT now, and which passwords exist. */
  note(): void {
    const { now } = this.#clock;
    for (const secret of this.managed()) {
      const { current } = this.of(secret);
      if (current) this.#ceased.set(keyOf(current), now);
      this.#noteLeak(secret);
      this.#noteUnsettled(secret);
      const works = current !== undefined && this.#servers.accepts(current);
      this.#noteWorks(secret, works);
      if (works) this.#handMade.delete(secret.name);
    }
    for (const { address, users } of this.#servers.list)
      for (const [username, { password, second }] of users)
        for (const each of [password, second]) {
          if (each === undefined || this.passwords.has(each)) continue;
          this.passwords.add(each);
          this.#madeAt.set(`${address} ${username}`, now);
        }
  }

  /**
   * A leaked-mode rotation is promoted for the first time: what it began with leaked, and what was to be retired then.
   * Their users are ended, whichever of their passwords the server accepts; but for the new one, where the user has two. Whoever
   * moves AWSCURRENT back to its version later says of nothing that it leaked.
   */
  #noteLeak(secret: Secret): void {
    const to = currentOf(secret);
    if (!to || !isLeaked(to.id) || this.#leakedTo.has(to.id)) return;
    this.#leakedTo.add(to.id);
    const all = [...secret.versions].flatMap(([id, version]) => {
      const held = heldIn(textOf(version));
      const isReplaced = to.labels.has(originLabel(id)) || isToRetire(version.labels);
      return held ? [{ held, isReplaced }] : [];
    });
    const users = all.flatMap(({ held, isReplaced }) => (isReplaced ? [userOf(held)] : []));
    const replacement = heldIn(textOf(to));
    for (const { held } of all)
      if (users.includes(userOf(held)) && !isSame(held, replacement)) this.#leaked.add(keyOf(held));
  }

  /** Whether a leaked-mode rotation replaced it, so that no holder of it is spared. */
  hasLeaked(held: Held): boolean {
    return this.#leaked.has(keyOf(held));
  }

  /** Settlement has looked at all secrets, undisturbed. */
  looked(): void {
    this.#lookedAt = this.#clock.now;
  }

  /** Whether a look has shown how things were since then; else what comes back has never been gone for anybody. */
  #isSeen(since: number): boolean {
    return this.#lookedAt - since >= maximumLag;
  }

  /** What settlement did not see work is the same outage all the while. */
  #noteWorks({ name }: Secret, works: boolean): void {
    const { now } = this.#clock;
    const known = this.#refused.get(name);
    const isOver = known?.worksSince !== undefined && this.#isSeen(known.worksSince);
    if (works) {
      if (known) this.#refused.set(name, { ...known, worksSince: known.worksSince ?? now });
    } else this.#refused.set(name, { since: known && !isOver ? known.since : now });
  }

  /**
   * A change of labels by hand that settlement reverts, or never sees, does not end a problem: what on-call was told
   * of a secret that is not settled still holds.
   */
  #noteUnsettled({ name, versions }: Secret): void {
    const { now } = this.#clock;
    const known = this.#unsettled.get(name);
    if ([...versions.values()].some(({ labels }) => isToRetire(labels))) {
      const isNew = !known || (known.goneSince !== undefined && this.#isSeen(known.goneSince));
      this.#unsettled.set(name, { at: isNew ? now : known.at });
    } else if (known?.goneSince === undefined && !this.#isByHand) this.#unsettled.delete(name);
    else if (known) this.#unsettled.set(name, { ...known, goneSince: known.goneSince ?? now });
  }

  /** Since when a version or another is to be retired; `undefined` when none is. */
  unsettledSince({ name }: Secret): number | undefined {
    const known = this.#unsettled.get(name);
    return known?.goneSince === undefined ? known?.at : undefined;
  }

  /** When it was last AWSCURRENT; where a version that holds it is to be retired: since when the secret is unsettled. */
  ceasedAt(held: Held, secret: Secret): number | undefined {
    const ceased = this.#ceased.get(keyOf(held));
    const isTracked = [...secret.versions.values()].some(
      (version) => isToRetire(version.labels) && isSame(heldIn(textOf(version)), held),
    );
    const since = isTracked ? this.unsettledSince(secret) : undefined;
    return ceased === undefined ? undefined : Math.min(ceased, since ?? ceased);
  }

  /** When the user's newest password was set. */
  madeAt({ server, username }: Held): number {
    return this.#madeAt.get(`${server} ${username}`) ?? 0;
  }

  /** Since when AWSCURRENT is refused. */
  refusedSince({ name }: Secret): number | undefined {
    const known = this.#refused.get(name);
    return known?.worksSince === undefined ? known?.since : undefined;
  }

  /** It is refused by what an operator did, or an operator is at it. */
  isRefusedByHand({ name }: Secret): boolean {
    return this.#isByHand || this.#handMade.has(name);
  }

  /** How many calls functions have made since an operator last changed its labels. */
  callsSinceHand({ name }: Pick<Secret, "name">): number {
    return this.#calls() - this.handAt({ name });
  }

  /** Changes with every change of its labels or values by hand. */
  handAt({ name }: Pick<Secret, "name">): number {
    return this.#movedAt.get(name) ?? Number.NEGATIVE_INFINITY;
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
      const { canLogin = false, password, second } = user ?? {};
      return [password, second].flatMap((each) =>
        server && canLogin && each !== undefined
          ? [{ server: server.address, username, password: each }]
          : [],
      );
    });
  }

  managed(): readonly Secret[] {
    return this.#secrets.list.filter(({ name }) => layouts.some((each) => each.name === name));
  }

  of(secret: Secret) {
    const layout = layouts.find(({ name }) => name === secret.name) ?? layouts[0];
    if (!layout) throw new RangeError("There are no secrets.");
    const pending = pendingOf(secret);
    const user = secret.name.replace("/", "_");
    return {
      layout,
      current: heldIn(textOf(currentOf(secret))),
      pending: heldIn(textOf(pending)),
      isLeakUnderWay: pending !== undefined && isLeaked(pending.id),
      usernames: [user, `${user}_clone`],
      server: this.#servers.of(layout),
    };
  }
}

const userOf = ({ server, username }: Held) => `${server} ${username}`;

const keyOf = (held: Held) => `${userOf(held)} ${held.password}`;

/** A label by which settlement retires a version, on one that is not AWSCURRENT. */
const isToRetire = (labels: ReadonlySet<string>) =>
  !labels.has("AWSCURRENT") && [...labels].some((label) => label.startsWith(retiringLabel));
