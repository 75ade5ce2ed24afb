import { randomUUID } from "node:crypto";

/** How a provider behaves. Times in milliseconds; nothing of it by default. */
export interface Knobs {
  /** A new key is refused for so long. */
  activationDelay: number;
  /** A key that was disabled or deleted is accepted for so long. */
  revocationDelay: number;
  /** During either, every other answer is the later one already. */
  flickers: boolean;
  /** Keys that may exist at once. */
  maxKeys: number;
  /** Whose the keys are that are created from now on. */
  account: string;
}

/** What a key has beside its id and name: rights, limits, what only this provider knows. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A key that a provider makes up. */
export interface Minted {
  readonly id: string;
  /** What a caller shows to be accepted, e.g. the token, or `id:secret`. */
  readonly credential: string;
  /** The values of the key by name: `secret`, and others that belong to it. */
  readonly values: Readonly<Record<string, string>>;
}

export interface HeldKey extends Minted {
  readonly name: string;
  readonly account: string;
  readonly createdAt: number;
  lastUsedAt: number | undefined;
  attributes: Attributes;
  isDisabled: boolean;
  isDeleted: boolean;
}

interface Change {
  readonly at: number;
  readonly delay: number;
  asked: number;
}

/** The keys of one provider, whatever its wire format. */
export class KeyRing {
  readonly #held = new Map<string, HeldKey>();
  readonly #changes = new Map<string, Change>();
  readonly #now: () => number;
  readonly knobs: Knobs;
  /** How many changes there have been. */
  changes = 0;

  constructor(now: () => number, maxKeys = Number.POSITIVE_INFINITY) {
    this.#now = now;
    this.knobs = {
      activationDelay: 0,
      revocationDelay: 0,
      flickers: false,
      maxKeys,
      account: `account-${randomUUID()}`,
    };
  }

  /** Keys that are not deleted, the oldest first. */
  get all(): readonly HeldKey[] {
    return this.ever.filter((key) => !key.isDeleted);
  }

  /** Deleted ones as well. */
  get ever(): readonly HeldKey[] {
    return [...this.#held.values()];
  }

  get isFull(): boolean {
    return this.all.length >= this.knobs.maxKeys;
  }

  find(id: string): HeldKey | undefined {
    return this.all.find((key) => key.id === id);
  }

  /** Deleted keys as well, where the provider keeps them for a while. */
  findEver(id: string): HeldKey | undefined {
    return this.#held.get(id);
  }

  add(minted: Minted, name: string, attributes: Attributes = {}): HeldKey {
    const key: HeldKey = {
      ...minted,
      name,
      attributes,
      account: this.knobs.account,
      createdAt: this.#now(),
      lastUsedAt: undefined,
      isDisabled: false,
      isDeleted: false,
    };
    this.#held.set(key.id, key);
    this.#changed(key, this.knobs.activationDelay);
    return key;
  }

  setDisabled(key: HeldKey, isDisabled: boolean): void {
    if (key.isDisabled === isDisabled) return;
    key.isDisabled = isDisabled;
    const { activationDelay, revocationDelay } = this.knobs;
    this.#changed(key, isDisabled ? revocationDelay : activationDelay);
  }

  remove(key: HeldKey): void {
    key.isDeleted = true;
    this.#changed(key, key.isDisabled ? 0 : this.knobs.revocationDelay);
  }

  /** Deletes a key so much later; until then nothing shows it. */
  endAfter(key: HeldKey, ms: number): void {
    key.isDeleted = true;
    this.#changed(key, this.knobs.revocationDelay, ms);
  }

  /** Whether it is accepted or not. */
  ofCredential(credential: string): HeldKey | undefined {
    return this.ever.find((held) => held.credential === credential);
  }

  /** The key that a caller shows, if it is accepted now. */
  accept(credential: string): HeldKey | undefined {
    const key = this.ofCredential(credential);
    if (!key || !this.#isUsable(key)) return undefined;
    key.lastUsedAt = this.#now();
    return key;
  }

  #changed({ id }: HeldKey, delay: number, after = 0): void {
    this.changes += 1;
    this.#changes.set(id, { at: this.#now() + after, delay, asked: 0 });
  }

  #isUsable(key: HeldKey): boolean {
    const usable = !(key.isDisabled || key.isDeleted);
    const change = this.#changes.get(key.id);
    if (!change || this.#now() >= change.at + change.delay) return usable;
    if (this.#now() < change.at) return !usable;
    change.asked += 1;
    const isEarly = this.knobs.flickers && change.asked % 2 === 0;
    return isEarly ? usable : !usable;
  }
}
