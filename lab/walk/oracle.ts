import type { Alert } from "../../lib/alerts/alert.ts";
import type { Secret } from "../../standin/secrets-manager/secret.ts";
import { staleOf, untoldOf } from "./findings.ts";
import type { Invocation } from "./gate.ts";
import { type Held, type Holder, isSame } from "./holder.ts";
import { Leaks } from "./leaks.ts";
import { Pager } from "./pager.ts";
import type { Servers } from "./server.ts";
import type { Truth } from "./truth.ts";

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
  readonly unsettledSince: number;
}

interface Standing {
  /** Who told. */
  readonly by: Invocation;
  readonly secret: string;
  /** Its code and subject. */
  readonly problem: string;
}

/**
 * A look at the labels right before a credential is ended cannot see what an operator does after it; in calls from
 * such a move.
 */
const unavoidable = 4;

type IsDown = (secret: Secret) => boolean;

/** Judges every promise by what is true, and by what on-call was told. */
export class Oracle {
  readonly #clock: { readonly now: number };
  readonly #servers: Servers;
  readonly #truth: Truth;
  readonly told: Told[] = [];
  /** What is not over, by the key of the alert. */
  readonly #standing = new Map<string, Standing>();
  readonly #pager = new Pager();
  readonly broken: Breach[] = [];
  readonly untold: Breach[] = [];
  readonly toldTwice: Breach[] = [];
  step = 0;
  /** In-place switches that are under way, by secret. */
  readonly leaks: Leaks;
  readonly #brokeCurrent = new Map<string, string>();
  /** The invocation that runs now, and the secrets of which a leaked-mode rotation was under way when it began. */
  #running = "";
  #leaking: ReadonlySet<string> = new Set();

  constructor(clock: { readonly now: number }, servers: Servers, truth: Truth) {
    this.#clock = clock;
    this.#servers = servers;
    this.#truth = truth;
    this.leaks = new Leaks(servers, truth);
  }

  begun({ id }: Invocation): void {
    this.#running = id;
    this.#truth.note();
    const leaking = this.#truth.managed().filter((secret) => this.#truth.of(secret).isLeakUnderWay);
    this.#leaking = new Set(leaking.map(({ name }) => name));
  }

  /** Quarterturn changes a user on a server. */
  changing(change: () => void): void {
    const before = this.#truth.accepted();
    change();
    for (const { secret, held, holder } of before) {
      if (this.#servers.accepts(held)) continue;
      if (holder) this.#judgeHolder(secret, holder);
      else this.#judgeCurrent(secret, held);
    }
    this.#truth.note();
  }

  alert({ event, text }: Pick<Alert, "event" | "text">, by: Invocation): void {
    this.print(text + JSON.stringify(event));
    const paged = this.#pager.take(event, by);
    if (paged) this.#add(this.toldTwice, "5 told twice", paged);
    const { secret, code, status, subject, deduplicationKey } = event;
    const key = String(deduplicationKey);
    if (status !== "over") this.leaks.told(code, subject);
    const earlier = this.#standing.get(key)?.by;
    if (status === "begun" && earlier && !earlier.isDisturbed && !by.isDisturbed)
      this.#add(this.toldTwice, "5 told twice", `${code} of ${secret}`);
    if (status === "over") {
      this.#standing.delete(key);
      return;
    }
    this.#standing.set(key, { by, secret: String(secret), problem: `${code}/${subject}` });
    const { now } = this.#clock;
    const about = this.#truth.managed().find(({ name }) => name === secret);
    this.told.push({
      at: now,
      secret: String(secret),
      code: String(code),
      unsettledSince: (about && this.#truth.unsettledSince(about)) ?? now,
    });
  }

  /** Whatever leaves a function as text. */
  print(text: string): void {
    const { passwords } = this.#truth;
    for (const [run] of text.matchAll(/[A-Za-z0-9]{32,}/g))
      for (let start = 0; start + 32 <= run.length; start += 1)
        if (passwords.has(run.slice(start, start + 32)))
          this.#add(this.broken, "6 no secret value leaves its place", text.slice(0, 200));
  }

  /** An invocation has ended: no call of it was disturbed, so nothing may be half done. */
  ended(by: Invocation, isDown: IsDown): void {
    this.#truth.note();
    if (!by.isDisturbed && by.id.startsWith("settle")) this.#truth.looked();
    if (by.isDisturbed || !by.id.startsWith("rotate")) return;
    for (const secret of this.#truth.managed()) {
      const { name } = secret;
      if (this.#truth.refusedSince(secret) === undefined) this.#brokeCurrent.delete(name);
      else if (this.#truth.isRefusedByHand(secret)) continue;
      else if (this.#brokeCurrent.get(name) === by.id && !isDown(secret))
        this.#add(this.broken, "2 AWSCURRENT works", `${name} is refused after ${by.id}`);
    }
  }

  /**
   * Everything has had its time: nothing may be left over untold.
   * @param since when it became calm
   * @param isDown the server of a secret is still dead
   */
  calm(since: number, isDown: IsDown): void {
    this.#truth.note();
    this.#judgeEmergencies();
    this.#judgeNeighbours(since, isDown);
    for (const secret of this.#truth.managed()) {
      this.#judgeFindings(secret, isDown(secret));
      if (secret.deletionAt !== undefined) continue;
      this.#judgeRefused(secret);
      this.#judgeStrays(secret, isDown(secret));
      this.#judgeLabels(secret, isDown(secret));
      if (!isDown(secret)) this.#judgeLeaks(secret);
    }
  }

  #judgeFindings(secret: Secret, isDown: boolean): void {
    const { current } = this.#truth.of(secret);
    const works = current !== undefined && this.#servers.accepts(current);
    const standing = this.#standingOf(secret).map(({ problem }) => problem);
    const facts = { secret, now: this.#clock.now, works: isDown ? undefined : works, standing };
    for (const what of [...untoldOf(facts), ...staleOf(facts)])
      this.#add(this.untold, "5 nothing fails silently", `${secret.name}: ${what}, untold`);
  }

  /** Where nothing is wrong with a secret and its consumers can be rolled, a dead server elsewhere delays nothing. */
  #judgeNeighbours(since: number, isDown: IsDown): void {
    for (const secret of this.#truth.managed()) {
      const { layout, pending } = this.#truth.of(secret);
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

  #judgeRefused(secret: Secret): void {
    const since = this.#truth.refusedSince(secret);
    if (since === undefined || this.#truth.isRefusedByHand(secret)) return;
    if (this.#wasTold(secret, since)) return;
    const what = `${secret.name} is refused, and nobody was told`;
    this.#add(this.broken, "2 AWSCURRENT works", what);
  }

  #judgeStrays(secret: Secret, isDown: boolean): void {
    const { current, pending } = this.#truth.of(secret);
    for (const held of this.#truth.logins(secret)) {
      if (isSame(held, current)) continue;
      const ceased = this.#truth.ceasedAt(held, secret);
      if (this.#wasTold(secret, ceased ?? this.#truth.madeAt(held))) continue;
      // Nobody sees a password that a person sets while the server is down for everybody else.
      if (ceased === undefined && isDown && this.#truth.isRefusedByHand(secret)) continue;
      const what = `${secret.name}: ${held.username} still works, and nobody was told${isDown ? " (server down)" : ""}`;
      if (ceased !== undefined) this.#add(this.broken, "4 nothing stays alive late", what);
      else if (!isSame(held, pending)) this.#add(this.broken, "3 nothing is orphaned", what);
      else this.#add(this.untold, "5 nothing fails silently", what);
    }
  }

  #judgeLabels(secret: Secret, isDown: boolean): void {
    const since = this.#truth.unsettledSince(secret);
    if (since === undefined || isDown || this.#wasTold(secret, since)) return;
    this.#add(this.broken, "5 nothing fails silently", `${secret.name} is not settled, untold`);
  }

  #judgeEmergencies(): void {
    for (const id of this.leaks.untold())
      this.#add(this.untold, "5 nothing fails silently", `emergency ${id} has begun, untold`);
    for (const { problem } of this.#standing.values())
      if (problem.startsWith("EMERGENCY/") && !this.#isLeft(problem.slice("EMERGENCY/".length)))
        this.#add(this.broken, "5 nothing fails silently", `${problem} is over, untold`);
  }

  #judgeLeaks(secret: Secret): void {
    if (this.#standingOf(secret).length > 0) return;
    for (const id of this.leaks.alive(secret)) {
      const what = `${secret.name}: what leaked by ${id} still works, and nobody was told`;
      if (!this.#isLeft(id)) this.#add(this.broken, "4 nothing stays alive late", what);
    }
  }

  /** On-call knows that a person has to do something for it. */
  #isLeft(id: string): boolean {
    const ends = [`EMERGENCY_UNFINISHED/${id}`, `EMERGENCY_REFUSED/${id}`];
    return [...this.#standing.values()].some(({ problem }) => ends.includes(problem));
  }

  #judgeHolder(secret: Secret, { name, worked, holds }: Holder): void {
    const { layout, isLeakUnderWay } = this.#truth.of(secret);
    if (!worked || layout.strategy === "in-place") return;
    if (isLeakUnderWay || this.#leaking.has(secret.name) || this.#truth.hasLeaked(holds)) return;
    const what = `${name} holds ${holds.username} of ${secret.name}, which was ended by ${this.#running}`;
    this.#add(this.broken, "1 no failed logins", what);
  }

  #judgeCurrent(secret: Secret, held: Held): void {
    const { layout } = this.#truth.of(secret);
    if (layout.strategy === "in-place") {
      this.#brokeCurrent.set(secret.name, this.#running);
      return;
    }
    if (this.#truth.callsSinceHand(secret) <= unavoidable) return;
    const what = `${secret.name}: ${held.username}, which AWSCURRENT holds, was ended by ${this.#running}`;
    this.#add(this.broken, "2 AWSCURRENT works", what);
  }

  /**
   * While AWSCURRENT is refused, all waits for a person, who was told so, whatever is moved meanwhile. A problem that
   * stands is not told again either: it is over when on-call hears so.
   */
  #wasTold(secret: Secret, since: number): boolean {
    const from = Math.min(since, this.#truth.refusedSince(secret) ?? since);
    const stands = this.#standingOf(secret).length > 0;
    return stands || this.told.some(({ secret: name, at }) => name === secret.name && at >= from);
  }

  #standingOf({ name }: Secret): readonly Standing[] {
    return [...this.#standing.values()].filter(({ secret }) => secret === name);
  }

  #add(list: Breach[], promise: string, what: string): void {
    if (list.some((each) => each.what === what)) return;
    list.push({ step: this.step, promise, what });
  }
}
