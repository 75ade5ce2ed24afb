import { describe, expect, it } from "vitest";
import { Random } from "../../../../lab/walk/random.ts";
import {
  AuthTokenBusy,
  AuthTokenRefused,
} from "../../../../lib/rotators/elasticache-auth-token/errors.ts";
import type {
  ReplicationGroup,
  ReplicationGroupState,
} from "../../../../lib/rotators/elasticache-auth-token/replication-group.ts";
import { TokenChanges } from "../../../../lib/rotators/elasticache-auth-token/token-changes.ts";
import type { Passwords } from "../../../../lib/rotators/login/second-password.ts";
import { Unreachable } from "../../../../lib/rotators/login/transport-errors.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { everything } from "../../../everything.ts";

/** Of time, in milliseconds. */
const tick = 250;

interface Change {
  readonly is: "ROTATING" | "SETTING";
  /** When the API says that it is over. */
  readonly ends: number;
  /** When the server has it. */
  readonly served: number;
}

/** A group whose changes come true later, on a clock that stands still while nobody waits. */
class Model implements ReplicationGroup {
  readonly name = "the ElastiCache replication group main";
  readonly random: Random;
  /** Which tokens SET takes. */
  readonly #takes: "newest" | "any";
  /** As the API has them, the newest at the end; and as the server has them. */
  #tokens: readonly string[];
  #served: readonly string[];
  #isRotated = false;
  #changedAt: number | undefined;
  #change: Change | undefined;
  #now = 0;
  readonly #waiting: { readonly until: number; readonly go: () => void }[] = [];
  /** Tokens that may never be refused, and those that were. */
  readonly sacred = new Set<string>();
  readonly broken: string[] = [];
  faults = 0;

  constructor(seed: number, token: string) {
    this.random = new Random(seed);
    this.#takes = this.random.chance(0.5) ? "newest" : "any";
    this.#tokens = [token];
    this.#served = [token];
  }

  get served(): readonly string[] {
    return this.#served;
  }

  /** Runs until nobody waits. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      const due = this.#waiting.toSorted((one, other) => one.until - other.until)[0];
      if (!due) continue;
      this.#waiting.splice(this.#waiting.indexOf(due), 1);
      while (this.#now < due.until) this.#pass();
      due.go();
    }
    return work;
  }

  /** The server has what it was told. */
  settle(): void {
    while (this.#change) this.#pass();
  }

  #pass(): void {
    this.#now += 1;
    const { ends, served } = this.#change ?? { ends: 0, served: 0 };
    if (this.#change && this.#now >= served) this.#served = this.#tokens;
    if (this.#now >= Math.max(ends, served)) this.#change = undefined;
    for (const token of this.sacred)
      if (!this.#served.includes(token)) this.broken.push(`${token} is refused at ${this.#now}`);
  }

  readonly wait = (ms: number): Promise<void> =>
    new Promise((go) => {
      this.#waiting.push({ until: this.#now + Math.ceil(ms / tick), go });
    });

  async accepts(token: Secret<string>): Promise<boolean> {
    await this.wait(tick * (1 + this.random.int(2)));
    return this.#served.includes(token.reveal());
  }

  async describe(): Promise<ReplicationGroupState> {
    await this.#call();
    const isChanging = this.#change !== undefined && this.#now < this.#change.ends;
    const shown = isChanging
      ? { status: "modifying", change: this.#change?.is }
      : { status: "available" };
    const unchangedFor = this.#changedAt && (this.#now - this.#changedAt) * tick;
    return { ...shown, hasToken: true, hasUsers: false, unchangedFor };
  }

  rotate(token: Secret<string>): Promise<void> {
    return this.#modify("ROTATING", () => {
      const newest = this.#tokens.at(-1) ?? "";
      this.#isRotated = true;
      return newest === token.reveal() ? [newest] : [newest, token.reveal()];
    });
  }

  set(token: Secret<string>): Promise<void> {
    return this.#modify("SETTING", () => {
      const isNewest = this.#isRotated && this.#tokens.at(-1) === token.reveal();
      if (this.#takes === "newest" && !isNewest) throw new AuthTokenRefused(this.name, "refused");
      return [token.reveal()];
    });
  }

  /** Takes a moment, and fails now and then. */
  async #call(): Promise<void> {
    await this.wait(tick);
    if (this.faults > 0 && this.random.chance(0.1)) {
      this.faults -= 1;
      throw new Unreachable("elasticache", "timed out");
    }
  }

  async #modify(is: Change["is"], change: () => readonly string[]): Promise<void> {
    await this.#call();
    if (this.#change && this.#now < this.#change.ends)
      throw new AuthTokenBusy(this.name, "modifying");
    // What the server lags behind with is made by now: changes do not overtake each other.
    if (this.#change) this.#served = this.#tokens;
    this.#tokens = change();
    this.#changedAt = this.#now;
    const ends = this.#now + 20 + this.random.int(400);
    this.#change = { is, ends, served: ends - 10 + this.random.int(40) };
    // The answer is lost.
    await this.#call();
  }
}

const changesOn = (model: Model) =>
  new TokenChanges(
    model,
    { address: "main:6379", accepts: (token) => model.accepts(token) },
    model.wait,
  );

const anyTime = new AbortController().signal;

/** As Secrets Manager and settlement do. */
async function again(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await work();
    } catch (error) {
      if (attempt === 8) throw error;
    }
}

/** As settlement does with the strategy: a change that takes long is looked at again later. */
async function narrowed(model: Model, token: string, ended: string): Promise<void> {
  await model.wait(60_000);
  const accepted = (text: string) => model.accepts(new Secret(text));
  if (!(await accepted(ended)) && (await accepted(token))) return;
  const changes = changesOn(model);
  await changes.settled(anyTime);
  await changes.narrow(tokens(token), anyTime);
}

const tokens = (...texts: readonly [string, ...string[]]) =>
  texts.map((text) => new Secret(text)) as unknown as Passwords;

describe("AUTH tokens, on a clock of their own", () => {
  const seeds = Array.from({ length: everything ? 400 : 60 }, (_, seed) => seed);

  /** Somebody has rotated another token in by hand, at any time before or during the change. */
  async function strange(model: Model): Promise<void> {
    await model.wait(model.random.int(3) === 0 ? 0 : tick * model.random.int(900));
    await again(() => model.rotate(new Secret("stranger")));
  }

  it.each(["nobody", "a stranger before"])(
    "with %s, faults and a server that lags, the one in use is never refused, nor the new one once it was there",
    async (who) => {
      for (const seed of seeds) {
        const model = new Model(seed, "old");
        if (who !== "nobody") await model.run(strange(model));
        model.settle();
        model.sacred.add("old");
        model.faults = 3;
        await model.run(again(() => changesOn(model).bring(tokens("old", "new"), anyTime)));
        expect(model.served.toSorted(), `seed ${seed}`).toEqual(["new", "old"]);
        model.sacred.add("new");
        model.sacred.delete("old");
        model.faults = 3;
        await model.run(again(() => narrowed(model, "new", "old")));
        model.settle();
        expect(model.served, `seed ${seed}`).toEqual(["new"]);
        expect(model.broken, `seed ${seed}`).toEqual([]);
      }
    },
  );

  it("with two attempts at once, neither is refused once one of them is over", async () => {
    for (const seed of seeds) {
      const model = new Model(seed, "old");
      model.sacred.add("old");
      const attempt = async () => {
        await model.wait(tick * model.random.int(600));
        await again(() => changesOn(model).bring(tokens("old", "new"), anyTime));
        model.sacred.add("new");
      };
      await model.run(Promise.all([attempt(), attempt()]));
      model.settle();
      expect(model.served.toSorted(), `seed ${seed}`).toEqual(["new", "old"]);
      expect(model.broken, `seed ${seed}`).toEqual([]);
    }
  });

  it("where AWSCURRENT was moved back to the older one, the newer one ends", async () => {
    for (const seed of seeds) {
      const model = new Model(seed, "old");
      await model.run(again(() => changesOn(model).bring(tokens("old", "new"), anyTime)));
      model.settle();
      model.sacred.add("old");
      model.faults = 3;
      await model.run(again(() => narrowed(model, "old", "new")));
      model.settle();
      expect(model.served, `seed ${seed}`).toEqual(["old"]);
      expect(model.broken, `seed ${seed}`).toEqual([]);
    }
  });
});
