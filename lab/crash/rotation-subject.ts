import { randomUUID } from "node:crypto";
import type { RotationOutcome } from "../../standin/secrets-manager/rotation-outcome.ts";
import type { ServerProxy } from "../server.ts";
import { StepWatch } from "../step-watch.ts";
import type { World } from "../world.ts";
import { Disturbance, type Target } from "./disturbance.ts";
import { failureOf, requireSuccess } from "./outcome.ts";
import type { Subject } from "./subject.ts";
import { before, currentLogsIn, type Verdict, verdict } from "./verdict.ts";

const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

interface Options {
  /** AWSPENDING is removed by hand and a fresh rotation started, instead of the same one being retried. */
  readonly afresh: boolean;
  /** Every case begins without the second user. */
  readonly first: boolean;
  /** A login of the secret rotates in place. */
  readonly inPlace: boolean;
}

/** Disturbs a rotation, from RotateSecret to its end. */
export class RotationSubject implements Subject {
  readonly #world: World;
  readonly #proxy: ServerProxy;
  readonly #options: Options;

  constructor(world: World, proxy: ServerProxy, options: Options) {
    this.#world = world;
    this.#proxy = proxy;
    this.#options = options;
  }

  async undisturbed(): Promise<readonly string[]> {
    // Cases begin with an AWSPREVIOUS, which is looked at, too.
    if (this.#options.first) await this.#undisturbed();
    return this.#undisturbed();
  }

  async #undisturbed(): Promise<readonly string[]> {
    await this.#begin();
    using counter = new Disturbance(this.#world, this.#proxy);
    requireSuccess(await this.#world.rotate());
    const calls = [...counter.calls];
    if (!(await this.#world.settle())) throw new Error("Undisturbed, the secret was not settled.");
    return calls;
  }

  async disturbed(target: Target): Promise<Verdict> {
    await this.#begin();
    const was = await before(this.#world);
    const problems: string[] = [];
    const token = randomUUID();
    const { calls, ...first } = await this.#rotate(target, token);
    let { outcome } = first;
    if (this.#options.afresh) {
      const switching =
        this.#options.inPlace && insideSwitch(target, calls, this.#world.passwordChange);
      if (!switching && !(await currentLogsIn(this.#world)))
        problems.push("AWSCURRENT is refused right after the disturbance");
      outcome = await this.#afresh(outcome, token);
    }
    if (!outcome.succeeded) problems.push(failureOf(outcome));
    return verdict(this.#world, was, problems);
  }

  async #begin(): Promise<void> {
    if (this.#options.first) await this.#world.forgetSecondUser();
  }

  async #rotate(
    target: Target,
    token: string,
  ): Promise<{ outcome: RotationOutcome; calls: readonly string[] }> {
    using disturbance = new Disturbance(this.#world, this.#proxy, target);
    using watch = new StepWatch(this.#world.aws, () => {});
    disturbance.twin = () => this.#again(watch.step, token);
    const outcome = await this.#world.rotate(token);
    await disturbance.twinEnded();
    return { outcome, calls: disturbance.calls };
  }

  /** Runs the step under way again. */
  #again(step: string | undefined, token: string): Promise<unknown> {
    return this.#world.aws.functions.invoke(this.#world.functionArn, {
      Step: step,
      SecretId: this.#world.secretArn,
      ClientRequestToken: token,
      RotationToken: randomUUID(),
    });
  }

  /** What an operator does to get rid of a stuck rotation. */
  async #afresh(outcome: RotationOutcome, token: string): Promise<RotationOutcome> {
    const { AWSPENDING: pending, AWSCURRENT: current } = await this.#world.labels();
    if (pending && pending !== current) await this.#world.label("AWSPENDING", pending);
    if (current === token) await this.#world.settle();
    return outcome.succeeded ? outcome : this.#world.rotate();
  }
}

/**
 * Whether the target lies between the change of the password and the move of the label: only there may `in-place`
 * leave AWSCURRENT refused.
 * @param calls that were made; the order of concurrent calls varies
 * @param passwordChange the name of the call that changes a password
 */
function insideSwitch(
  { mode, point }: Target,
  calls: readonly string[],
  passwordChange: string,
): boolean {
  const gates = [...calls.keys()].filter((index) => calls[index] === "DescribeSecret");
  const finish = gates[steps.indexOf("finishSecret")] ?? calls.length;
  const effective = calls.slice(finish, mode === "killed before" ? point : point + 1);
  const moves = effective.filter((call) => call === "UpdateSecretVersionStage");
  return effective.includes(passwordChange) && moves.length < 2;
}
