import { isLeaked, isRetiring } from "../../lib/secret/labels.ts";
import type { KeyAccount } from "./key-account.ts";
import type { KeyAccountOptions } from "./key-manifest.ts";
import type { Told } from "./told.ts";

/** In calls from a person's move to what it cannot prevent any more. */
const unavoidable = 6;

/** Judges every promise by what is true of an account with a key, and by what on-call was told. */
export class KeyOracle {
  /** Promises that did not hold. */
  readonly broken: string[] = [];
  /** Ids of keys that are not ours. */
  readonly foreign = new Set<string>();
  readonly #account: KeyAccount;
  readonly #told: Told;
  readonly #isSupplied: boolean;
  /** Ids of keys that a person has disabled. */
  readonly disabled = new Set<string>();
  /** Replacing the key ends the previous one, at once or later. */
  readonly #endsOld: boolean;
  /** Ids of keys that AWSCURRENT has held. */
  readonly #wasCurrent = new Set<string | undefined>();
  #isByHand = false;
  /** Ids of the keys that the provider accepts. */
  #alive: ReadonlySet<string> = new Set();
  /** When a person last did something: the number of calls, and the time. */
  #handAt = { calls: Number.NEGATIVE_INFINITY, now: Number.NEGATIVE_INFINITY };

  constructor(options: KeyAccountOptions, account: KeyAccount, told: Told) {
    this.#account = account;
    this.#told = told;
    this.#isSupplied = options.supplied === true;
    this.#endsOld = options.rolls === true || options.endsOldAfter !== undefined;
    account.gate.after = () => this.#call();
  }

  /** A person did something by which AWSCURRENT may be refused. */
  byHand(): void {
    this.#handAt = { calls: this.#account.gate.calls, now: this.#account.clock.now };
    if (!this.#account.works()) this.#isByHand = true;
  }

  #call(): void {
    const before = this.#alive;
    this.#alive = this.#aliveNow();
    const isRefused = !this.#account.works();
    if (this.#isByHandJustNow) this.#isByHand ||= isRefused;
    else if (isRefused && !this.#endsOld && !this.#hasLeaked)
      for (const id of before)
        if (!this.#alive.has(id) && this.#isShown(id))
          this.broken.push(`the key ${id} was ended while AWSCURRENT is refused`);
  }

  /** Labels say that AWSCURRENT held it. */
  #isShown(id: string): boolean {
    return [...this.#account.versions].some(
      ([version, labels]) =>
        this.#account.value(version)["api_key_id"] === id &&
        (labels.includes("AWSPREVIOUS") || isRetiring(version, labels)),
    );
  }

  /** Nobody can see it yet: the labels were read before, or the provider still accepts what was ended. */
  get #isByHandJustNow(): boolean {
    const { gate, clock, service } = this.#account;
    const { calls, now } = this.#handAt;
    const { revocation = 0 } = service.behaviour;
    return gate.calls - calls <= unavoidable || clock.now - now < revocation;
  }

  #aliveNow(): ReadonlySet<string> {
    const alive = this.#account.service.existing.filter(
      ({ disabledAt }) => disabledAt === undefined,
    );
    return new Set(alive.map(({ id }) => id));
  }

  /** Then nothing that is to be retired waits for anything. */
  get #hasLeaked(): boolean {
    return [...this.#account.versions.keys()].some((id) => isLeaked(id));
  }

  step(name: string): void {
    const { service } = this.#account;
    this.#wasCurrent.add(this.#account.value()["api_key_id"]);
    if (this.#account.works()) this.#isByHand = false;
    else if (!this.#isByHand && !this.#endsOld) this.broken.push(`${name}: AWSCURRENT is refused`);
    for (const { id, deletedAt, disabledAt } of service.keys)
      if (this.foreign.has(id) && (deletedAt ?? disabledAt) !== undefined)
        this.broken.push(`${name}: the foreign key ${id} was touched`);
    for (const each of this.#told.twice) this.broken.push(`${name}: told twice: ${each}`);
  }

  /** AWSCURRENT has been refused for more than a day of looks. */
  refused(): void {
    if (this.#told.standing.length === 0) this.broken.push("untold: AWSCURRENT is refused");
  }

  /** All has come to its end: nothing may be left over, and nothing told that is not so any more. */
  calm(): void {
    const { service, neighbours } = this.#account;
    const document = this.#account.value();
    if (!this.#account.works()) this.broken.push("calm: AWSCURRENT is refused");
    const kept = new Set([document["api_key_id"], ...this.foreign, ...this.disabled]);
    // What people made and nobody ever used is theirs.
    const isTheirs = (id: string) => this.#isSupplied && !this.#wasCurrent.has(id);
    for (const { id, name } of service.existing)
      if (!kept.has(id) && !isTheirs(id)) this.broken.push(`calm: left behind: ${id} (${name})`);
    for (const user of neighbours?.left(document) ?? [])
      this.broken.push(`calm: can still log in: ${user}`);
    for (const each of this.#told.remembered)
      this.broken.push(`calm: not said to be over: ${each}`);
  }
}
