import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { extname, join } from "node:path";
import { compileCache } from "../compile-cache.ts";
import {
  type ExecutionEnvironment,
  type Finished,
  runtimeExited,
  timedOut,
} from "./execution-environment.ts";
import { endOfLog, type InvokeMessage, type RuntimeMessage } from "./messages.ts";

/** TypeScript in the repository, JavaScript in the published package. */
const RUNTIME = join(import.meta.dirname, `runtime${extname(import.meta.filename)}`);

/** Lambda's limit for the init phase. */
const INIT_TIMEOUT_MS = 10_000;

/** An execution environment that is a process. */
export class ProcessEnvironment implements ExecutionEnvironment {
  readonly principal: string;
  readonly exited: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #ready: Promise<boolean>;
  readonly #output = { stdout: "", stderr: "" };
  #reported: RuntimeMessage | undefined;
  #onChange: () => void = () => undefined;
  #timedOut = false;

  constructor(principal: string, bundle: string, env: Record<string, string>) {
    this.principal = principal;
    this.#child = spawn(process.execPath, [RUNTIME, bundle], {
      env: { ...env, ...compileCache },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.exited = once(this.#child, "close");
    for (const name of ["stdout", "stderr"] as const) {
      this.#child[name]?.setEncoding("utf8").on("data", (text: string) => {
        this.#output[name] += text;
        this.#onChange();
      });
    }
    this.#ready = this.#init();
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async invoke(message: Omit<InvokeMessage, "deadline">, timeoutMs: number): Promise<Finished> {
    if (await this.#ready) return this.#serve(message, timeoutMs);
    this.kill();
    await this.exited;
    return { ...this.#outcome(message.requestId, INIT_TIMEOUT_MS), log: this.#takeLog("") };
  }

  async #serve(message: Omit<InvokeMessage, "deadline">, timeoutMs: number): Promise<Finished> {
    this.#reported = undefined;
    const end = endOfLog(message.requestId);
    const complete = new Promise<void>((resolve) => {
      this.#onChange = () => {
        const { stdout, stderr } = this.#output;
        if (this.#reported && stdout.includes(end) && stderr.includes(end)) resolve();
      };
    });
    const timer = setTimeout(() => this.#expire(), timeoutMs);
    this.#child.send({ ...message, deadline: Date.now() + timeoutMs }, () => undefined);
    await Promise.race([complete, this.exited]);
    clearTimeout(timer);
    return { ...this.#outcome(message.requestId, timeoutMs), log: this.#takeLog(end) };
  }

  /** True when the bundle is loaded; false if it failed to load, died or took too long. */
  async #init(): Promise<boolean> {
    const timer = setTimeout(() => this.#expire(), INIT_TIMEOUT_MS);
    const first = new Promise<void>((resolve) => {
      this.#child.on("message", (message: RuntimeMessage) => {
        this.#reported = message;
        resolve();
        this.#onChange();
      });
    });
    await Promise.race([first, this.exited]);
    clearTimeout(timer);
    return this.#reported?.kind === "ready";
  }

  #expire(): void {
    this.#timedOut = true;
    this.kill();
  }

  #outcome(requestId: string, timeoutMs: number): Omit<Finished, "log"> {
    const reported = this.#reported;
    if (reported?.kind === "done")
      return { payload: JSON.parse(reported.payload), sockets: reported.sockets };
    const sockets = reported?.kind === "failed" ? reported.sockets : [];
    return { error: this.#failure(requestId, timeoutMs), sockets };
  }

  /** What Lambda reports: the thrown error, a timeout, or the death of the runtime. */
  #failure(requestId: string, timeoutMs: number): { errorType: string; errorMessage: string } {
    if (this.#reported?.kind === "failed") {
      const { errorType, errorMessage } = this.#reported.error;
      return { errorType, errorMessage };
    }
    if (this.#timedOut) return timedOut(requestId, timeoutMs);
    const how = this.#child.signalCode
      ? `signal: ${this.#child.signalCode === "SIGKILL" ? "killed" : this.#child.signalCode}`
      : `exit status ${this.#child.exitCode}`;
    return runtimeExited(requestId, how);
  }

  #takeLog(end: string): string {
    const log = this.#output.stdout + this.#output.stderr;
    Object.assign(this.#output, { stdout: "", stderr: "" });
    return end === "" ? log : log.replaceAll(end, "");
  }
}
