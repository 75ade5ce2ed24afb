import { holderOf } from "../../lib/secret/labels.ts";
import { faults, type Ran } from "../walk/gate.ts";
import type { Random } from "../walk/random.ts";
import { KeyAccount } from "./key-account.ts";
import type { KeyAccountOptions } from "./key-manifest.ts";
import { KeyOracle } from "./oracle.ts";
import { Told } from "./told.ts";

const hour = 3_600_000;

interface MadeKey {
  readonly id: string;
  readonly secret: string;
}

type Move = (random: Random) => unknown;

/** What happens to an account with a key. */
export class KeyMoves {
  readonly account: KeyAccount;
  readonly oracle: KeyOracle;
  /** Those that came to their end when all was calm. */
  rotations = 0;
  readonly #options: KeyAccountOptions;
  /** A person's move is to happen during a later call. */
  #isArmed = false;
  /** Ids of keys that a person has enabled again, until calm. */
  readonly #enabled = new Set<string>();
  /** What a person made to hand it over. */
  #made: MadeKey | undefined;

  constructor(options: KeyAccountOptions) {
    const told = new Told();
    this.account = new KeyAccount(options, { alert: (alert, by) => told.alert(alert, by) });
    this.oracle = new KeyOracle(options, this.account, told);
    this.#options = options;
  }

  /** Of all moves that make sense here, but the calm one. */
  get names(): readonly string[] {
    const { supplied = false, rolls, endsOldAfter } = this.#options;
    const left = [
      // Making a new key ends every other one.
      ...(rolls || endsOldAfter !== undefined ? ["foreign"] : []),
      ...(this.#rotates ? [] : ["rotate"]),
      // Before settlement's first look nothing else shows that a supplied key was AWSCURRENT, and no name that it is ours.
      ...(supplied ? ["RETIRING off"] : []),
    ];
    const hands = Object.keys(this.#hands).flatMap((name) => [name, `${name}${meanwhile}`]);
    return [...Object.keys(this.#moves), ...hands].filter(
      (name) => !left.some((each) => name.startsWith(each)),
    );
  }

  /** Where people make all there is, nothing rotates by itself. */
  get #rotates(): boolean {
    return this.#options.supplied !== true || this.#options.mixed === true;
  }

  async make(name: string, random: Random): Promise<void> {
    if (name === "calm") await this.#calm(random);
    else await (this.#moves[name] ?? this.#byHand(name))(random);
    this.oracle.step(name);
  }

  readonly #moves: Readonly<Record<string, Move>> = {
    pass: (random) => this.account.clock.pass(random.int(2 * hour)),
    rotate: (random) => this.#rotate(random),
    "go on": (random) => this.#replace(random),
    "rotate after a leak": (random) => this.account.rotate(random.uuid("leaked-"), 1),
    restart: (random) => {
      this.account.label("AWSPENDING");
      return this.#replace(random);
    },
    retire: () => this.account.retire(),
    settle: () => this.account.settle(3),
    look: () => this.account.look(),
    fault: (random) => this.account.gate.arm({ calls: random.int(25), fault: random.pick(faults) }),
    "foreign key": () => {
      const { service } = this.account;
      const { maxKeys = 10 } = service.behaviour;
      if (service.existing.length < maxKeys) this.oracle.foreign.add(service.add("somebody's").id);
    },
    "foreign key gone": () => this.#dropForeign(),
  };

  /** What people do that may have AWSCURRENT refused; also while a function is at work. */
  readonly #hands: Readonly<Record<string, Move>> = {
    "AWSCURRENT back": () => this.#moveCurrent(holderOf(this.account, "AWSPREVIOUS")),
    "AWSCURRENT to any version": (random) =>
      this.#moveCurrent(random.pick([...this.account.versions.keys()])),
    "AWSCURRENT edited": (random) =>
      this.account.put(random.uuid(), { ...this.account.value(), note: "untouched" }),
    "RETIRING off": () => this.account.label("RETIRING"),
    "AWSPENDING off": () => this.account.label("AWSPENDING"),
    "key deleted": () => this.#end("deletedAt"),
    "key disabled": () => this.#end("disabledAt"),
    "keys enabled": () => {
      for (const { id, disabledAt } of this.account.service.existing)
        if (disabledAt !== undefined) this.#enabled.add(id);
      for (const key of this.account.service.existing) delete key.disabledAt;
      this.oracle.disabled.clear();
    },
  };

  #byHand(name: string): Move {
    const move = this.#hands[name.replace(meanwhile, "")] ?? (() => {});
    const make = (random: Random) => {
      move(random);
      this.oracle.byHand();
    };
    if (!name.endsWith(meanwhile)) return make;
    return (random) => {
      // One at a time: nobody sees what was moved and moved back during one call.
      if (this.#isArmed) return;
      this.#isArmed = true;
      this.account.gate.arm({
        calls: random.int(25),
        move: () => {
          this.#isArmed = false;
          void make(random);
        },
      });
    };
  }

  #rotate(random: Random, attempts = 1): Promise<Ran<unknown>> {
    return this.account.rotate(this.#pending ?? random.uuid(), attempts);
  }

  /** By a rotation, or by a person with a new key; what is under way goes on. */
  async #replace(random: Random, attempts = 1): Promise<Ran<unknown>> {
    if (!this.#options.supplied) return this.#rotate(random, attempts);
    this.#made ??= this.account.service.add("for shop/acme");
    const ran = await this.account.supply(this.#made);
    if (ran.kind !== "killed") this.#made = undefined;
    return ran;
  }

  #moveCurrent(to: string | undefined): void {
    if (to !== undefined && this.account.value(to)["api_key"] !== undefined)
      this.account.label("AWSCURRENT", to);
  }

  #end(how: "deletedAt" | "disabledAt"): void {
    const key = this.#current;
    if (!key) return;
    key[how] = this.account.clock.now;
    if (how === "disabledAt") this.oracle.disabled.add(key.id);
  }

  /** Nothing disturbs: what is under way comes to its end, a fresh rotation follows, and all of it settles. */
  async #calm(random: Random): Promise<void> {
    const { account, oracle } = this;
    account.gate.disarm();
    this.#isArmed = false;
    account.clock.pass(hour);
    this.#dropForeign();
    if (!account.works()) await this.#repair(random);
    this.#disableAgain();
    for (const isFresh of [false, true]) {
      if (isFresh) account.label("AWSPENDING");
      await account.settle(400);
      const ways = [() => this.#rotate(random, 3), () => this.#replace(random, 3)];
      for (const way of ways.slice(this.#rotates ? 0 : 1, this.#options.supplied ? 2 : 1)) {
        const ran = await way();
        if (ran.kind === "done") this.rotations += 1;
        else if (isFresh) oracle.broken.push(`calm: a rotation ${ran.kind}: ${whyOf(ran)}`);
        await account.settle(400);
      }
    }
    await account.look();
    await account.retire();
    oracle.calm();
  }

  /** As KEY_ENABLED_AGAIN says. */
  #disableAgain(): void {
    const { service, clock } = this.account;
    for (const key of service.existing)
      if (this.#enabled.has(key.id) && key !== this.#current) key.disabledAt ??= clock.now;
    this.#enabled.clear();
  }

  /** As the alerts say: AWSCURRENT back to what works, or a key that replaces all that was. */
  async #repair(random: Random): Promise<void> {
    const { account, oracle } = this;
    for (let look = 0; look < 26; look += 1) {
      account.clock.pass(hour);
      await account.look();
      await account.retire();
    }
    if (account.works()) return;
    oracle.refused();
    account.label("AWSPENDING");
    const working = [...account.versions.keys()].find((id) => account.works(id));
    if (working !== undefined) return account.label("AWSCURRENT", working);
    if (this.#options.supplied) await this.#supplyAnother(random);
    // As KEYS_FULL says: a disabled key takes room, and the other one is still to be retired.
    else if (this.#current) this.#current.deletedAt = account.clock.now;
    if (account.works()) return;
    const ran = await account.rotate(random.uuid("leaked-"));
    if (ran.kind !== "done") oracle.broken.push(`repair: it ${ran.kind}: ${whyOf(ran)}`);
  }

  /** With PutSecretValue where it cannot be handed over, because another one is still to be retired. */
  async #supplyAnother(random: Random): Promise<void> {
    const { service } = this.account;
    if (service.works(this.account.value()["api_key"] ?? "")) return;
    if ((await this.#replace(random)).kind !== "done") this.#put(service.add("by hand"), random);
  }

  #put({ id, secret }: MadeKey, random: Random): void {
    const { account } = this;
    account.put(random.uuid(), { ...account.value(), api_key: secret, api_key_id: id });
  }

  get #current() {
    const id = this.account.value()["api_key_id"];
    return this.account.service.existing.find((key) => key.id === id);
  }

  /** The version of a rotation that is under way. */
  get #pending(): string | undefined {
    const pending = holderOf(this.account, "AWSPENDING");
    return pending === holderOf(this.account, "AWSCURRENT") ? undefined : pending;
  }

  #dropForeign(): void {
    for (const key of this.account.service.existing)
      if (this.oracle.foreign.delete(key.id)) key.deletedAt = this.account.clock.now;
  }
}

const meanwhile = ", meanwhile";

const whyOf = (ran: object) => ("error" in ran ? String(ran.error) : "");
