import { AdminKeyRefused, KeysFull, ProviderUnavailable } from "../../lib/rotators/key/errors.ts";
import type {
  Access,
  KeyEntry,
  KeyFacts,
  KeyParts,
  Outcome,
  Provider,
  ProviderTraits,
} from "../../lib/rotators/key/provider.ts";
import { Secret } from "../../lib/secret/secret.ts";
import type { VirtualClock } from "../walk/clock.ts";
import type { Gate, Invocation } from "../walk/gate.ts";

/** How a provider behaves. Times in milliseconds. */
export interface Behaviour {
  /** Most keys at once. */
  readonly maxKeys?: number;
  /** A key's value can be read again. */
  readonly showsAgain?: boolean;
  /** A key can be disabled, and enabled again. */
  readonly disables?: boolean;
  /** It tells when a key was used last. */
  readonly tellsUse?: boolean;
  /** Until a new key works, and an old one is refused; every second answer is wrong meanwhile. */
  readonly activation?: number;
  readonly revocation?: number;
  /** How long refusals must last. */
  readonly deadFor?: number;
  /** It creates no keys, but replaces one by another, which ends the old one. */
  readonly rolls?: boolean;
  /** Creating a key sets the end of every older one, so much later; it lists and deletes none. */
  readonly endsOldAfter?: number;
  /** The administrator's credential is refused. */
  adminRefused?: boolean;
  /** Keys create keys: there is no administrator. */
  readonly actsByKey?: boolean;
}

interface StoredKey {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  readonly createdAt: number;
  readonly account: string;
  rights: string;
  /** NaN: in a form that nobody can read. */
  lastUsedAt?: number;
  disabledAt?: number;
  deletedAt?: number;
}

/** A service that issues keys, in memory. What it holds outlives the functions that call it. */
export class KeyService {
  readonly clock: VirtualClock;
  readonly behaviour: Behaviour;
  readonly keys: StoredKey[] = [];
  #answers = 0;

  constructor(clock: VirtualClock, behaviour: Behaviour = {}) {
    this.clock = clock;
    this.behaviour = behaviour;
  }

  /** As a person in its console. */
  add(name: string, account = "acme"): StoredKey {
    const id = `key-${this.keys.length + 1}`;
    const secret = `sk_${id}_${crypto.randomUUID().replaceAll("-", "")}`;
    const key = { id, name, secret, createdAt: this.clock.now, account, rights: "send" };
    this.keys.push(key);
    return key;
  }

  /** Every key there is now ends so much later, and no earlier end is moved. */
  endAll(afterMs: number): void {
    for (const key of this.existing)
      this.clock.change(afterMs, () => {
        key.deletedAt ??= this.clock.now;
      });
  }

  /** Those that are not deleted. */
  get existing(): readonly StoredKey[] {
    return this.keys.filter(({ deletedAt }) => deletedAt === undefined);
  }

  /** Whether it works in the end, whatever it answers now. */
  works(secret: string): boolean {
    const key = this.existing.find((each) => each.secret === secret);
    return key !== undefined && key.disabledAt === undefined;
  }

  /** One use, as a consumer makes it. */
  use(secret: string): boolean {
    const key = this.keys.find((each) => each.secret === secret);
    if (!key) return false;
    const isAccepted = this.#isAccepted(key);
    if (isAccepted) key.lastUsedAt = this.clock.now;
    return isAccepted;
  }

  #isAccepted(key: StoredKey): boolean {
    const { activation = 0, revocation = 0 } = this.behaviour;
    const { now } = this.clock;
    const endedAt = key.deletedAt ?? key.disabledAt;
    const isUnsure =
      now < key.createdAt + activation || (endedAt !== undefined && now < endedAt + revocation);
    this.#answers += 1;
    return isUnsure ? this.#answers % 2 === 0 : endedAt === undefined;
  }
}

/** In milliseconds: a request that is held up for longer is not sent any more (lib/rotators/http/transport.ts). */
const exchangeTime = 15_000;

/** The port `Provider` of one invocation, on a service in memory. */
export class FakeProvider implements Provider {
  readonly name = "Acme";
  readonly scope = "acme";
  readonly traits: ProviderTraits;
  readonly list?: NonNullable<Provider["list"]>;
  readonly remove?: NonNullable<Provider["remove"]>;
  readonly reveal?: NonNullable<Provider["reveal"]>;
  readonly disable?: NonNullable<Provider["disable"]>;
  readonly roll?: NonNullable<Provider["roll"]>;
  readonly #service: KeyService;
  readonly #gate: Gate;
  readonly #by: Invocation;

  constructor(service: KeyService, gate: Gate, by: Invocation) {
    this.#service = service;
    this.#gate = gate;
    this.#by = by;
    const {
      maxKeys,
      showsAgain,
      disables,
      rolls,
      actsByKey,
      tellsUse,
      endsOldAfter,
      activation = 0,
      deadFor = 0,
    } = service.behaviour;
    this.traits = {
      nameLength: 64,
      maxKeys,
      endsOldAfter,
      actsByKey,
      // Longer than new keys flicker: the last answer in such a row comes after it.
      alive: { times: 5, every: 1000 + activation / 4, within: 60_000 },
      dead: { times: 3, every: 1000, within: deadFor },
      ...(tellsUse && { lastUseLag: 10 * 60_000 }),
      ...(disables && { disabledFor: 60 * 60_000 }),
      console: "https://acme.example/keys",
    };
    if (endsOldAfter === undefined) {
      this.list = () => this.#manage("list", () => this.#entries());
      this.remove = (id) =>
        this.#manage("delete", () => {
          const key = service.existing.find((each) => each.id === id);
          if (key) key.deletedAt = service.clock.now;
        });
    }
    if (rolls)
      this.roll = () =>
        this.#manage("roll", () => {
          for (const key of service.existing) key.deletedAt = service.clock.now;
          return partsOf(service.add("rolled"));
        });
    if (showsAgain) this.reveal = ({ id }) => this.#manage("read", () => partsOf(this.#key(id)));
    if (disables)
      this.disable = (id) =>
        this.#manage("disable", () => {
          const key = service.existing.find((each) => each.id === id);
          if (key) key.disabledAt ??= service.clock.now;
        });
  }

  create(name: string, _at: Access): Promise<KeyParts> {
    const { maxKeys = Infinity, endsOldAfter } = this.#service.behaviour;
    return this.#manage("create", () => {
      const entries = this.#entries();
      if (entries.length >= maxKeys) throw new KeysFull(this.name, entries, maxKeys);
      if (endsOldAfter !== undefined) this.#service.endAll(endsOldAfter);
      return partsOf(this.#service.add(name));
    });
  }

  async probe(key: KeyParts): Promise<Outcome> {
    const secret = key.get("secret")?.reveal() ?? "";
    try {
      const isAccepted = await this.#call("probe", () => this.#service.use(secret));
      return { is: isAccepted ? "alive" : "dead" };
    } catch (error) {
      if (error instanceof ProviderUnavailable) return { is: "unknown", why: "no answer" };
      throw error;
    }
  }

  facts(key: KeyParts): Promise<KeyFacts> {
    const secret = key.get("secret")?.reveal() ?? "";
    return this.#call("facts", () => {
      const { account, rights } = this.#service.keys.find((each) => each.secret === secret) ?? {};
      return { account, rights };
    });
  }

  #entries(): readonly KeyEntry[] {
    const { existing, behaviour } = this.#service;
    return existing.map(({ id, name, createdAt, lastUsedAt, disabledAt }) => ({
      id,
      name,
      createdAt: new Date(createdAt),
      isDisabled: disabledAt !== undefined,
      ...(behaviour.tellsUse &&
        !Number.isNaN(lastUsedAt) && { lastUsedAt: lastUsedAt ? new Date(lastUsedAt) : null }),
    }));
  }

  #key(id: string): StoredKey {
    const key = this.#service.existing.find((each) => each.id === id);
    if (!key) throw new ProviderUnavailable(this.name, "it has no such key");
    return key;
  }

  #manage<T>(what: string, effect: () => T): Promise<T> {
    return this.#call(what, () => {
      if (!this.#service.behaviour.adminRefused) return effect();
      throw new AdminKeyRefused(this.name, "shop/acme-admin", `${what} keys`);
    });
  }

  #call<T>(what: string, effect: () => T): Promise<T> {
    const failure = () => new ProviderUnavailable(this.name, `${what} was not answered`);
    const { clock } = this.#service;
    const begun = clock.now;
    return this.#gate.call(this.#by, failure, () => {
      if (clock.now - begun > exchangeTime) throw failure();
      return effect();
    });
  }
}

const partsOf = ({ id, secret }: StoredKey): KeyParts =>
  new Map([
    ["id", new Secret(id)],
    ["secret", new Secret(secret)],
  ]);
