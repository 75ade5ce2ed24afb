import { setTimeout as sleep } from "node:timers/promises";
import type { ECSClient } from "@aws-sdk/client-ecs";
import {
  createIdleService,
  readParameter,
  runningTasks,
  startCluster,
  stillLive,
} from "../idle-service.ts";
import type { ServerProxy } from "../server.ts";
import type { World } from "../world.ts";
import { Disturbance, type Target } from "./disturbance.ts";
import { requireSuccess } from "./outcome.ts";
import type { Subject } from "./subject.ts";
import { before, type Verdict, verdict } from "./verdict.ts";

/** How often the queue delivers a message before it moves to the dead-letter queue. */
const mostReceived = 5;

/** Events and ticks until settled: roll, then prove and retire; two more for what a disturbance delays. */
const mostEvents = 5;

/** What happened during one settlement. */
interface Course {
  readonly problems: string[];
  /** Tasks that hold the old credential. */
  readonly oldTasks: string[];
  deployments: number;
  completed: number;
}

/**
 * Disturbs the settlement of one secret with one ECS service, from the event of its promotion to its end. The
 * harness delivers as the queue does: the same event again if it failed, the next one when the deployment is
 * completed, and a tick where none was begun.
 */
export class SettlementSubject implements Subject {
  readonly #world: World;
  readonly #proxy: ServerProxy;
  readonly #ecs: ECSClient;
  /** The parameter that mirrors the password, if any. */
  readonly #parameter: string | undefined;

  private constructor(world: World, proxy: ServerProxy, ecs: ECSClient, parameter?: string) {
    this.#world = world;
    this.#proxy = proxy;
    this.#ecs = ecs;
    this.#parameter = parameter;
  }

  /** @param parameter that mirrors the password, and that the service reads instead of the secret */
  static async start(
    world: World,
    proxy: ServerProxy,
    parameter?: string,
  ): Promise<SettlementSubject> {
    const ecs = await startCluster(world.aws);
    const subject = new SettlementSubject(world, proxy, ecs, parameter);
    // The secret is settled, so this only creates the parameter.
    await subject.#invoke();
    const completed = Promise.withResolvers<void>();
    using _ = world.aws.ecs.onEvent(({ detail }) => {
      if (detail.eventName === "SERVICE_DEPLOYMENT_COMPLETED") completed.resolve();
    });
    await createIdleService(ecs, "app", [parameter ?? world.secretArn]);
    await completed.promise;
    return subject;
  }

  async undisturbed(): Promise<readonly string[]> {
    const { calls, problems } = await this.#rotatedAndSettled();
    if (problems.length > 0)
      throw new Error(`An undisturbed settlement failed: ${problems.join("; ")}`);
    return calls;
  }

  async disturbed(target: Target): Promise<Verdict> {
    const was = await before(this.#world);
    const { problems, isReached } = await this.#rotatedAndSettled(target);
    if (await this.#world.versionAccepted(was.current))
      problems.push("the old credential is still accepted");
    return { ...(await verdict(this.#world, was, problems)), isMissed: !isReached };
  }

  async #rotatedAndSettled(
    target?: Target,
  ): Promise<{ calls: readonly string[]; problems: string[]; isReached: boolean }> {
    requireSuccess(await this.#world.rotate());
    const oldTasks = await runningTasks(this.#ecs);
    const course: Course = { problems: [], oldTasks, deployments: 0, completed: 0 };
    using _watch = this.#watch(course);
    using disturbance = new Disturbance(this.#world, this.#proxy, target);
    disturbance.twin = () => this.#invoke();
    await this.#settle(course, disturbance);
    // The FIFO queue rules out two at once; UpdateService takes no condition that would stop a second deployment.
    const most = target?.mode === "two at once" ? 2 : 1;
    if (course.deployments === 0) course.problems.push("the service was not redeployed");
    if (!(await this.#isMirrored())) course.problems.push("the parameter holds another password");
    if (course.deployments > most) course.problems.push(`${course.deployments} deployments`);
    const { calls, wasReached: isReached } = disturbance;
    return { calls: [...calls], problems: course.problems, isReached };
  }

  async #isMirrored(): Promise<boolean> {
    if (!this.#parameter) return true;
    const { password } = await this.#world.secret();
    return (await readParameter(this.#world.aws, this.#parameter)) === password;
  }

  async #settle(course: Course, disturbance: Disturbance): Promise<void> {
    for (let event = 0; event < mostEvents; event += 1) {
      await this.#deliver(course);
      await disturbance.twinEnded();
      if (!(await this.#world.labels())["RETIRING"]) return;
      if (course.deployments > 0) await this.#rolledOut(course);
    }
    course.problems.push("not settled after the last event");
  }

  async #deliver(course: Course): Promise<void> {
    for (let received = 0; received < mostReceived; received += 1) if (await this.#invoke()) return;
    course.problems.push("the message went to the dead-letter queue");
  }

  /** @returns whether the message is handled */
  async #invoke(): Promise<boolean> {
    const event = { Records: [{ messageId: "event", body: "{}" }] };
    const { error, payload } = await this.#world.aws.functions.invoke(this.#world.settleArn, event);
    return !error && JSON.stringify(payload) === JSON.stringify({ batchItemFailures: [] });
  }

  /** Waits until a deployment is completed and the tasks that it replaced are gone. */
  async #rolledOut(course: Course): Promise<void> {
    for (let waited = 0; waited < 500; waited += 1) {
      const isOver = course.completed > 0;
      if (isOver && (await stillLive(this.#ecs, course.oldTasks)).length === 0) return;
      await sleep(20);
    }
    course.problems.push("no deployment was completed");
  }

  /** Counts deployments, and checks what still runs when the old credential is about to be retired. */
  #watch(course: Course): Disposable {
    const hooks = new DisposableStack();
    hooks.use(
      this.#world.aws.ecs.onEvent(({ detail: { eventName } }) => {
        if (eventName === "SERVICE_DEPLOYMENT_IN_PROGRESS") course.deployments += 1;
        if (eventName === "SERVICE_DEPLOYMENT_COMPLETED") course.completed += 1;
      }),
    );
    hooks.use(
      this.#world.aws.intercept({
        before: async ({ operation, input }) => {
          if (operation !== "Invoke" || !String(input["Payload"]).includes('"retire"')) return;
          const [old] = await stillLive(this.#ecs, course.oldTasks);
          if (old) course.problems.push("retired while a task with the old credential ran");
        },
      }),
    );
    return hooks;
  }
}
