import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { compileCache } from "../../standin/compile-cache.ts";
import type { Attempt } from "../consumer/messages.ts";
import { type AppSettings, usesCredentials } from "./app-settings.ts";
import type { Consumer, Verdict } from "./consumer.ts";
import { ProcessesSeen } from "./processes-seen.ts";
import type { Document } from "./system.ts";

const program = new URL("./app.ts", import.meta.url);

/** How long one that reads again is watched once the old credential is dead, in milliseconds. */
const afterwards = 500;

/**
 * A process of the examples' application that nothing redeploys, as on an EC2 instance: it reads its secrets again by
 * itself, or a person restarts it.
 */
export class Machine implements Consumer {
  readonly #env: Readonly<Record<string, string>>;
  readonly #seen: ProcessesSeen;
  readonly #readsAgain: boolean;
  #process: ChildProcess | undefined;

  private constructor(env: Readonly<Record<string, string>>, app: AppSettings) {
    this.#env = { ...env, ...compileCache, APP_SETTINGS: JSON.stringify(app) };
    this.#readsAgain = app.cacheMs !== undefined;
    this.#seen = new ProcessesSeen(usesCredentials(app));
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

  async isQuiet(): Promise<boolean> {
    return true;
  }

  async restart(): Promise<void> {
    if (this.#readsAgain) return;
    this.#seen.mark();
    await this.#stop();
    await this.#start();
  }

  async verdict(current: Document): Promise<Verdict> {
    if (this.#readsAgain) await sleep(afterwards);
    return { rolled: 0, problems: this.#seen.problems(current) };
  }

  get attempts(): readonly Attempt[] {
    return this.#seen.attempts;
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
