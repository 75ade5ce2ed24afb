import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { compileCache } from "../../standin/compile-cache.ts";
import type { Ran } from "../run-program.ts";

const root = resolve(import.meta.dirname, "../..");

/**
 * Runs a program of this repository again and again in one process, because loading it takes most of its
 * time. What depends on the process itself needs one of its own: see `runProgram`.
 */
export class WarmProgram implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** @param file below the root */
  constructor(file: string) {
    const runner = new URL("./warm-runner.ts", import.meta.url);
    this.#child = fork(runner, [resolve(root, file)], {
      cwd: root,
      env: { PATH: "", ...compileCache },
    });
  }

  /** @param env the whole environment */
  async run(options: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
    this.#child.send({ options, env });
    const [ran] = await once(this.#child, "message");
    return ran;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
  }
}
