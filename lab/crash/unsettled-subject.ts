import { randomUUID } from "node:crypto";
import type { ServerProxy } from "../server.ts";
import type { World } from "../world.ts";
import { Disturbance, type Target } from "./disturbance.ts";
import { requireSuccess } from "./outcome.ts";
import type { Subject } from "./subject.ts";
import { before, type Verdict, verdict } from "./verdict.ts";

/**
 * Disturbs a rotation that starts while the previous one is not settled. Consumers may hold the old credential,
 * so the rotation must be refused and reset nothing, whatever happens to it.
 */
export class UnsettledSubject implements Subject {
  readonly #world: World;
  readonly #proxy: ServerProxy;

  constructor(world: World, proxy: ServerProxy) {
    this.#world = world;
    this.#proxy = proxy;
  }

  async undisturbed(): Promise<readonly string[]> {
    await this.#rotated();
    const { calls, problems } = await this.#second();
    if (problems.length > 0 || !(await this.#world.settle()))
      throw new Error("An undisturbed rotation was not refused: the matrix would prove nothing.");
    return calls;
  }

  async disturbed(target: Target): Promise<Verdict> {
    const was = await before(this.#world);
    await this.#rotated();
    const { problems } = await this.#second(target);
    return verdict(this.#world, was, problems);
  }

  async #rotated(): Promise<void> {
    requireSuccess(await this.#world.rotate());
  }

  async #second(target?: Target): Promise<{ calls: readonly string[]; problems: string[] }> {
    const { AWSCURRENT: current = "", RETIRING: retiring = "" } = await this.#world.labels();
    const token = randomUUID();
    using disturbance = new Disturbance(this.#world, this.#proxy, target);
    disturbance.twin = () =>
      this.#world.aws.functions.invoke(this.#world.functionArn, {
        Step: "createSecret",
        SecretId: this.#world.secretArn,
        ClientRequestToken: token,
        RotationToken: randomUUID(),
      });
    const { succeeded, steps } = await this.#world.rotate(token);
    await disturbance.twinEnded();
    const calls = [...disturbance.calls];

    const problems: string[] = [];
    if (succeeded) problems.push("a rotation was not refused although another was unsettled");
    if (!steps.some(({ error }) => error?.errorType === "UNSETTLED"))
      problems.push(`no attempt ended in UNSETTLED, but in ${steps.at(-1)?.error?.errorType}`);
    const labels = await this.#world.labels();
    if (labels["AWSCURRENT"] !== current || labels["RETIRING"] !== retiring)
      problems.push("the refused rotation moved a label");
    for (const version of [current, retiring])
      if (!(await this.#world.versionAccepted(version)))
        problems.push(`the refused rotation reset the password of version ${version}`);
    // As an operator would do, so that the next case starts clean.
    if (labels["AWSPENDING"] === token) await this.#world.label("AWSPENDING", token);
    return { calls, problems };
  }
}
