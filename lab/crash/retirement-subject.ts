import type { ServerProxy } from "../server.ts";
import type { World } from "../world.ts";
import { Disturbance, type Target } from "./disturbance.ts";
import { requireSuccess } from "./outcome.ts";
import type { Subject } from "./subject.ts";
import { before, type Verdict, verdict } from "./verdict.ts";

/** Disturbs the retirement of the old credential, after an undisturbed rotation. */
export class RetirementSubject implements Subject {
  readonly #world: World;
  readonly #proxy: ServerProxy;

  constructor(world: World, proxy: ServerProxy) {
    this.#world = world;
    this.#proxy = proxy;
  }

  async undisturbed(): Promise<readonly string[]> {
    await this.#rotated();
    const calls = await this.#retire();
    if (!(await this.#world.settle()))
      throw new Error("An undisturbed retirement failed: the matrix would prove nothing.");
    return calls;
  }

  async disturbed(target: Target): Promise<Verdict> {
    const was = await before(this.#world);
    await this.#rotated();
    await this.#retire(target);
    // Settling retires again, as settlement does after a failure.
    return verdict(this.#world, was, []);
  }

  async #rotated(): Promise<void> {
    requireSuccess(await this.#world.rotate());
  }

  async #retire(target?: Target): Promise<readonly string[]> {
    using disturbance = new Disturbance(this.#world, this.#proxy, target);
    const { RETIRING: retiring = "" } = await this.#world.labels();
    const retire = () => this.#world.retire("retire", retiring);
    disturbance.twin = retire;
    await retire();
    await disturbance.twinEnded();
    return [...disturbance.calls];
  }
}
