import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

// Standard input ends when the process at its other end does; then all listed process groups are killed.
// "+" and "-" lines edit the list.
const KEEPER = `
pids=" "
while read -r change pid; do
  case $change in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -KILL "-$pid"; done 2>/dev/null
`;

export interface Program {
  /** The whole environment. */
  env: Record<string, string>;
  onLine(line: string): void;
  /** The process has ended, its output is read, and the rest of its group is killed. */
  onExit(exitCode: number): void;
}

/**
 * Processes that end when this one does, even by `kill -9`. Each leads a process group of its own, as the
 * first process of a container does, so Ctrl-C does not reach it.
 */
export class Processes implements AsyncDisposable {
  readonly #running = new Map<number, Promise<unknown>>();
  #keeper: ChildProcess | undefined;
  #closed = false;

  /** Undefined if the program cannot be started. */
  start(argv: readonly string[], { env, onLine, onExit }: Program): ChildProcess | undefined {
    const child = this.#spawn(argv, env);
    const pid = child?.pid;
    if (child === undefined || pid === undefined) return undefined;
    this.#edit("+", pid);
    this.#running.set(pid, once(child, "close"));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface(stream).on("line", onLine);
    }
    child.on("exit", () => killGroup(pid));
    child.on("close", (code, signal) => {
      this.#running.delete(pid);
      this.#edit("-", pid);
      onExit(code ?? (signal === "SIGKILL" ? 137 : 143));
    });
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const ended = [...this.#running.values()];
    for (const pid of this.#running.keys()) killGroup(pid);
    await Promise.all(ended);
    if (this.#keeper === undefined) return;
    const released = once(this.#keeper, "exit");
    this.#keeper.stdin?.end();
    await released;
  }

  #spawn(argv: readonly string[], env: Record<string, string>): ChildProcess | undefined {
    const [file, ...args] = argv;
    if (file === undefined || this.#closed) return undefined;
    try {
      const stdio = ["ignore", "pipe", "pipe"] as const;
      // Without a listener, a program that cannot be started would throw.
      return spawn(file, args, { env, detached: true, stdio: [...stdio] }).on("error", () => {});
    } catch {
      return undefined; // its text may quote the environment
    }
  }

  #edit(change: "+" | "-", pid: number): void {
    this.#keeper ??= spawn("/bin/sh", ["-c", KEEPER], {
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#keeper.stdin?.write(`${change} ${pid}\n`);
  }
}

/** SIGKILL to a process and to all that it started. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
