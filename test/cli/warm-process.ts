import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { compileCache } from "../../standin/compile-cache.ts";
import type { Ran } from "../run-program.ts";

const root = resolve(import.meta.dirname, "../..");

/**
 * Runs programs of this repository again and again in one process, because loading them takes most of their
 * time. What depends on the process itself needs one of its own: see `runProgram`.
 */
export class WarmProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor() {
    const runner = new URL("./warm-runner.ts", import.meta.url);
    this.#child = fork(runner, {
      cwd: root,
      env: { PATH: "", ...compileCache },
    });
  }

  /**
   * @param file below the root
   * @param env the whole environment
   */
  async run(
    file: string,
    options: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Ran> {
    this.#child.send({ file: resolve(root, file), options, env });
    const [ran] = await once(this.#child, "message");
    return ran;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    // Some programs handle SIGTERM, and stay loaded.
    this.#child.kill("SIGKILL");
    await ended;
  }
}
