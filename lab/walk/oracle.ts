import type { Alert } from "../../lib/alerts/alert.ts";
import { isLeaked, retiringLabel } from "../../lib/secret/labels.ts";
import type { Secret } from "../../standin/secrets-manager/secret.ts";
import type { VirtualClock } from "./clock.ts";
import type { Invocation } from "./gate.ts";
import { type Held, type Holder, heldIn, isSame } from "./holder.ts";
import { secrets as layouts } from "./layout.ts";
import { currentOf, type FakeSecrets, pendingOf, textOf } from "./secrets.ts";
import type { Servers } from "./server.ts";

/** A promise that did not hold. */
export interface Breach {
  readonly step: number;
  /** Of design.md, section 2. */
  readonly promise: string;
  readonly what: string;
}

interface Told {
  readonly at: number;
  readonly secret: string;
  readonly code: string;
  readonly key: string;
  readonly isDisturbed: boolean;
  readonly unsettledSince: number;
}

/**
 * A look at the labels right before a credential is ended cannot see what an operator does after it; in calls from
 * such a move.
 */
const unavoidable = 4;

/** Knows the truth: who holds what, what the servers accept, and what on-call was told. */
export class Oracle {
  readonly #clock: VirtualClock;
  readonly #secrets: FakeSecrets;
  readonly #servers: Servers;
  readonly #calls: () => number;
  readonly told: Told[] = [];
  readonly broken: Breach[] = [];
  readonly untold: Breach[] = [];
  readonly toldTwice: Breach[] = [];
  step = 0;
  /** When a credential of a secret was last AWSCURRENT, by server, user and password. */
  readonly #ceased = new Map<string, number>();
  /** By secret. */
  readonly #unsettledSince = new Map<string, number>();
  /** When the password of a user was set, by server and user. */
  readonly #madeAt = new Map<string, number>();
  /** Since when AWSCURRENT is refused, by secret. */
  readonly #refusedSince = new Map<string, number>();
  /** AWSCURRENT was refused by what an operator did, by secret. */
  readonly #handMade = new Set<string>();
  /** The number of calls when an operator last changed a secret's labels. */
  readonly #movedAt = new Map<string, number>();
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
    const done = change();
    this.#movedAt.set(secret.name, this.#calls());
    const { current } = this.#stateOf(secret);
    if (!current || !this.#servers.accepts(current)) this.#handMade.add(secret.name);
    else this.#handMade.delete(secret.name);
    this.noteLabels();
    return done;
  }

  /** Quarterturn changes a user on a server. */
  changing(change: () => void): void {
    const before = this.#accepted();
    change();
    for (const { secret, held, holder } of before) {
      if (this.#servers.accepts(held)) continue;
      if (holder) this.#judgeHolder(secret, holder);
      else this.#judgeCurrent(secret, held);
    }
    this.noteLabels();
  }

  /** Remembers which credentials are AWSCURRENT now, and which passwords exist. */
  noteLabels(): void {
    const { now } = this.#clock;
    for (const secret of this.#managed()) {
      const { current } = this.#stateOf(secret);
      if (current) this.#ceased.set(keyOf(current), now);
      if (!isUnsettled(secret)) this.#unsettledSince.delete(secret.name);
      else if (!this.#unsettledSince.has(secret.name)) this.#unsettledSince.set(secret.name, now);
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

  alert({ event, text }: Alert, by: Invocation): void {
    this.print(text + JSON.stringify(event));
    const { secret, code, deduplicationKey } = event;
    const key = String(deduplicationKey);
    const earlier = this.told.findLast((each) => each.key === key);
    if (earlier && !earlier.isDisturbed && !by.isDisturbed)
      this.#add(this.toldTwice, "5 told twice", `${code} of ${secret}`);
    this.told.push({
      at: this.#clock.now,
      secret: String(secret),
      code: String(code),
      key,
      isDisturbed: by.isDisturbed,
      unsettledSince: this.#unsettledSince.get(String(secret)) ?? this.#clock.now,
    });
  }

  /** Whatever leaves a function as text. */
  print(text: string): void {
    for (const [run] of text.matchAll(/[A-Za-z0-9]{32,}/g))
      for (let start = 0; start + 32 <= run.length; start += 1)
        if (this.passwords.has(run.slice(start, start + 32)))
          this.#add(this.broken, "6 no secret value leaves its place", text.slice(0, 200));
  }

  /** An invocation has ended: no call of it was disturbed, so nothing may be half done. */
  ended(by: Invocation, isDown: (secret: Secret) => boolean): void {
    this.noteLabels();
    if (by.isDisturbed || !by.id.startsWith("rotate")) return;
    for (const secret of this.#managed())
      if (this.#brokeCurrent.has(secret.name)) {
        if (!this.#refusedSince.has(secret.name)) this.#brokeCurrent.delete(secret.name);
        else if (this.#brokeCurrent.get(secret.name) === by.id && !isDown(secret))
          this.#add(this.broken, "2 AWSCURRENT works", `${secret.name} is refused after ${by.id}`);
      }
  }

  /** In-place switches that are under way, by secret. */
  readonly #brokeCurrent = new Map<string, string>();
  /** Of the invocation that runs now. */
  running = "";

  /**
   * Everything has had its time: nothing may be left over untold.
   * @param since when it became calm
   * @param isDown the server of a secret is still dead
   */
  calm(since: number, isDown: (secret: Secret) => boolean): void {
    this.noteLabels();
    this.#judgeNeighbours(since, isDown);
    for (const secret of this.#managed()) {
      if (secret.deletionAt !== undefined) continue;
      this.#judgeRefused(secret);
      this.#judgeStrays(secret, isDown(secret));
      this.#judgeLabels(secret, isDown(secret));
    }
  }

  /** Where nothing is wrong with a secret and its consumers can be rolled, a dead server elsewhere delays nothing. */
  #judgeNeighbours(since: number, isDown: (secret: Secret) => boolean): void {
    for (const secret of this.#managed()) {
      const { layout, pending } = this.#stateOf(secret);
      if (isDown(secret) || pending || !layout.isRolled) continue;
      const late = this.told.find(
        ({ secret: name, code, at }) =>
          name === secret.name && code === "DEADLINE_PASSED" && at > since,
      );
      if (late && !this.#isBlocked(late))
        this.#add(this.broken, "8 one sick secret harms no other", `${secret.name} was late`);
    }
  }

  /** Something else was wrong with that secret since it was last settled, and on-call knew. */
  #isBlocked({ secret, unsettledSince }: Told): boolean {
    return this.told.some(
      (each) =>
        each.secret === secret && each.code !== "DEADLINE_PASSED" && each.at >= unsettledSince,
    );
  }

  #judgeRefused({ name }: Secret): void {
    const since = this.#refusedSince.get(name);
    if (since === undefined || this.#handMade.has(name) || this.#wasTold(name, since)) return;
    this.#add(this.broken, "2 AWSCURRENT works", `${name} is refused, and nobody was told`);
  }

  #judgeStrays(secret: Secret, isDown: boolean): void {
    const { current, pending, usernames, server } = this.#stateOf(secret);
    for (const username of usernames) {
      const user = server?.users.get(username);
      if (!server || !user?.canLogin || user.password === undefined) continue;
      const held: Held = { server: server.address, username, password: user.password };
      if (isSame(held, current)) continue;
      const ceased = this.#ceased.get(keyOf(held));
      const since = ceased ?? this.#madeAt.get(`${server.address} ${username}`) ?? 0;
      if (this.#wasTold(secret.name, since)) continue;
      const what = `${secret.name}: ${username} still works, and nobody was told${isDown ? " (server down)" : ""}`;
      if (ceased !== undefined) this.#add(this.broken, "4 nothing stays alive late", what);
      else if (!isSame(held, pending)) this.#add(this.broken, "3 nothing is orphaned", what);
      else this.#add(this.untold, "5 nothing fails silently", what);
    }
  }

  #judgeLabels({ name }: Secret, isDown: boolean): void {
    const since = this.#unsettledSince.get(name);
    if (since === undefined || isDown || this.#wasTold(name, since)) return;
    this.#add(this.broken, "5 nothing fails silently", `${name} is not settled, untold`);
  }

  #judgeHolder(secret: Secret, { name, worked, holds }: Holder): void {
    const { layout, leaked } = this.#stateOf(secret);
    if (!worked || leaked || layout.strategy === "in-place") return;
    this.#add(
      this.broken,
      "1 no failed logins",
      `${name} holds ${holds.username} of ${secret.name}, which was ended by ${this.running}`,
    );
  }

  #judgeCurrent(secret: Secret, held: Held): void {
    const { layout } = this.#stateOf(secret);
    if (layout.strategy === "in-place") {
      this.#brokeCurrent.set(secret.name, this.running);
      return;
    }
    if (this.#calls() - (this.#movedAt.get(secret.name) ?? -Infinity) <= unavoidable) return;
    const what = `${secret.name}: ${held.username}, which AWSCURRENT holds, was ended by ${this.running}`;
    this.#add(this.broken, "2 AWSCURRENT works", what);
  }

  #accepted(): readonly { secret: Secret; held: Held; holder?: Holder }[] {
    const managed = this.#managed();
    const currents = managed.flatMap((secret) => {
      const { current } = this.#stateOf(secret);
      return current ? [{ secret, held: current }] : [];
    });
    const holders = this.#servers.holders().flatMap((holder) => {
      const secret = managed.find(({ name }) => name === holder.secret);
      return secret ? [{ secret, held: holder.holds, holder }] : [];
    });
    return [...currents, ...holders].filter(({ held }) => this.#servers.accepts(held));
  }

  #managed(): readonly Secret[] {
    return this.#secrets.list.filter(({ name }) => layouts.some((each) => each.name === name));
  }

  #stateOf(secret: Secret) {
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

  #wasTold(name: string, since: number): boolean {
    return this.told.some(({ secret, at }) => secret === name && at >= since);
  }

  #add(list: Breach[], promise: string, what: string): void {
    if (list.some((each) => each.what === what)) return;
    list.push({ step: this.step, promise, what });
  }
}

const keyOf = (held: Held | undefined) =>
  held ? `${held.server} ${held.username} ${held.password}` : "";

/** A label by which settlement retires a version is on one that is not AWSCURRENT. */
const isUnsettled = ({ versions }: Secret) =>
  [...versions.values()].some(
    ({ labels }) =>
      !labels.has("AWSCURRENT") && [...labels].some((label) => label.startsWith(retiringLabel)),
  );
