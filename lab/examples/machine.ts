import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { compileCache } from "../../standin/compile-cache.ts";
import type { AppSettings } from "./app-settings.ts";
import type { Consumer, ConsumerVerdict } from "./consumer.ts";
import { ProcessesSeen } from "./processes-seen.ts";
import type { Document } from "./system.ts";

const program = new URL("./app.ts", import.meta.url);

/** A process of the examples' application that nothing redeploys, as on an EC2 instance: a person restarts it. */
export class Machine implements Consumer {
  readonly #env: Readonly<Record<string, string>>;
  readonly #seen: ProcessesSeen;
  #process: ChildProcess | undefined;

  private constructor(env: Readonly<Record<string, string>>, app: AppSettings) {
    this.#env = { ...env, ...compileCache, APP_SETTINGS: JSON.stringify(app) };
    this.#seen = new ProcessesSeen(app.url !== undefined || app.password !== undefined);
  }

  /** Resolves when it works. @param env the credentials of its role, for the AWS SDK */
  static async start(env: Readonly<Record<string, string>>, app: AppSettings): Promise<Machine> {
    const machine = new Machine(env, app);
    await machine.#start();
    machine.#seen.mark();
    return machine;
  }

  async #start(): Promise<void> {
    const child = fork(program, { execArgv: [], env: { ...this.#env }, silent: true });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface(stream).on("line", (l) => this.#seen.add(String(child.pid), l));
    await this.#seen.working(1);
  }

  async renew(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  async verdict(current: Document): Promise<ConsumerVerdict> {
    return { rolled: 0, failed: this.#seen.failed, problems: this.#seen.problems(current) };
  }

  async #stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}
