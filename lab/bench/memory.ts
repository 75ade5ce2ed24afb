import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Invocation } from "../../standin/aws.ts";
import type { World } from "../world.ts";

/** Resident memory of a process that runs nothing but the built rotation function, in MiB. */
export interface Memory {
  /** After its first rotation. */
  readonly afterOneMB: number;
  /** After all of them, e.g. `after300MB`. */
  readonly [afterAll: `after${number}MB`]: number;
}

/** Lambda's part: serves one invocation at a time. Not TypeScript, whose loader would take 15 MB. */
const runtime = `
import(process.argv[1]).then(({ handler }) => {
  process.on("disconnect", () => process.exit());
  process.on("message", async ({ event, requestId, timeoutMs }) => {
    const deadline = Date.now() + timeoutMs;
    const getRemainingTimeInMillis = () => deadline - Date.now();
    const context = { awsRequestId: requestId, logGroupName: "bench", getRemainingTimeInMillis };
    const rss = () => process.memoryUsage.rss();
    try {
      const payload = await handler(event, context);
      process.send({ payload, rss: rss() });
    } catch ({ name, message }) {
      process.send({ error: { errorType: name, errorMessage: message }, rss: rss() });
    }
  });
  process.send("ready");
});`;

/** @throws when a rotation fails */
export async function measureMemory(world: World, rotations: number): Promise<Memory> {
  await using process = await FreshProcess.start(world);
  await rotate(world);
  const afterOneMB = process.residentMB;
  for (let done = 1; done < rotations; done += 1) await rotate(world);
  return { afterOneMB, [`after${rotations}MB`]: process.residentMB };
}

async function rotate(world: World): Promise<void> {
  const { succeeded } = await world.rotate();
  if (!succeeded || !(await world.settle())) throw new Error("A rotation failed.");
}

/** Takes the place of the world's own process for the rotation function. */
class FreshProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #restore: () => void;
  #rss = 0;

  private constructor(child: ChildProcess, world: World) {
    this.#child = child;
    const { functions } = world.aws;
    const { invoke } = functions;
    functions.invoke = (name, payload, requestId = "bench") =>
      name === world.functionArn
        ? this.#invoke(payload, requestId)
        : invoke.call(functions, name, payload, requestId);
    this.#restore = () => {
      functions.invoke = invoke;
    };
  }

  static async start(world: World): Promise<FreshProcess> {
    const bundle = join(world.folder, "functions", "rotate-database.mjs");
    const env = { ...world.aws.env("fresh"), ENVIRONMENT: "production", TZ: ":UTC" };
    const child = spawn(process.execPath, ["--eval", runtime, bundle], {
      env,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await once(child, "message");
    return new FreshProcess(child, world);
  }

  get residentMB(): number {
    return Math.round((this.#rss / 2 ** 20) * 10) / 10;
  }

  async #invoke(event: unknown, requestId: string): Promise<Invocation> {
    const answer = once(this.#child, "message");
    this.#child.send({ event, requestId, timeoutMs: 30_000 });
    const [{ rss, ...outcome }] = await answer;
    this.#rss = rss;
    return { ...outcome, log: "", sockets: [], ms: 0, principal: "fresh" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#restore();
    const exited = once(this.#child, "exit");
    this.#child.kill();
    await exited;
  }
}
