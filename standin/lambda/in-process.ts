import { Console } from "node:console";
import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import timers from "node:timers/promises";
import v8 from "node:v8";
import { compileFunction } from "node:vm";
import { Clock, PACE_VARIABLE } from "../clock.ts";
import {
  type ExecutionEnvironment,
  type Finished,
  runtimeExited,
  timedOut,
} from "./execution-environment.ts";
import { type Handler, handlerOf, runHandler, runtimeError } from "./handler.ts";
import { hurriedSetTimeout } from "./hurried-pauses.ts";
import type { InvokeMessage, Outcome } from "./messages.ts";
import { OwnSockets } from "./own-sockets.ts";

/**
 * An execution environment inside this process: an instance of the bundle of its own, which sees a `process`
 * of its own, and needs milliseconds to start. A killed one does not stop computing, but nothing that it does
 * reaches anybody: its sockets are destroyed, and so is each one that it still opens.
 *
 * The bundle must be one file that gets Node's modules from `process.getBuiltinModule`.
 */
export class InProcessEnvironment implements ExecutionEnvironment {
  readonly principal: string;
  readonly #sockets: OwnSockets;
  readonly #exit = Promise.withResolvers<"killed">();
  readonly #process: NodeJS.Process;
  readonly #bundle: string;
  #handler: Handler | undefined;
  #log = "";
  #isAlive = true;

  /** @param modules what it gets in the place of Node's modules, by name without `node:` */
  constructor(
    principal: string,
    bundle: string,
    env: Record<string, string>,
    modules?: ReadonlyMap<string, object>,
  ) {
    this.principal = principal;
    this.#sockets = new OwnSockets(modules);
    this.#bundle = bundle;
    this.#process = this.#processWith(env);
  }

  get exited(): Promise<unknown> {
    return this.#exit.promise;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  kill(): void {
    this.#isAlive = false;
    this.#sockets.destroy();
    this.#exit.resolve("killed");
  }

  async invoke(message: Omit<InvokeMessage, "deadline">, timeoutMs: number): Promise<Finished> {
    const { requestId } = message;
    const expiry = Promise.withResolvers<"late">();
    const timer = setTimeout(() => expiry.resolve("late"), timeoutMs);
    const outcome = await Promise.race([
      this.#run({ ...message, deadline: Date.now() + timeoutMs }),
      this.#exit.promise,
      expiry.promise,
    ]);
    clearTimeout(timer);
    const log = this.#takeLog();
    if (outcome === "late") this.kill();
    if (outcome === "late") return { error: timedOut(requestId, timeoutMs), log, sockets: [] };
    if (outcome === "killed")
      return { error: runtimeExited(requestId, "signal: killed"), log, sockets: [] };
    const sockets = this.#sockets.takeOpened();
    if (outcome.kind === "done") return { payload: JSON.parse(outcome.payload), log, sockets };
    const { errorType, errorMessage } = outcome.error;
    return { error: { errorType, errorMessage }, log, sockets };
  }

  async #run(message: InvokeMessage): Promise<Outcome> {
    try {
      this.#handler ??= handlerOf(instantiate(this.#bundle, this.#process));
    } catch (error) {
      return { kind: "failed", error: runtimeError(error) };
    }
    return runHandler(this.#handler, message, this.#process);
  }

  #processWith({ [PACE_VARIABLE]: pace, ...env }: Record<string, string>): NodeJS.Process {
    const setTimeout = hurriedSetTimeout(new Clock(Number(pace || 1)));
    const modules = new Map([
      ...this.#sockets.modules,
      ["timers/promises", { ...timers, setTimeout }],
      // They are those of the whole process.
      ["v8", { ...v8, setFlagsFromString: () => undefined }],
    ]);
    const output = new Writable({
      decodeStrings: false,
      write: (text, _encoding, done) => {
        this.#log += text;
        done();
      },
    });
    const getBuiltinModule = (id: string) => {
      const name = id.replace(/^node:/, "");
      if (name === "process") return own;
      return modules.get(name) ?? process.getBuiltinModule(id);
    };
    const values = { env, stdout: output, stderr: output, getBuiltinModule };
    const own: NodeJS.Process = Object.create(
      process,
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
    );
    return own;
  }

  #takeLog(): string {
    const log = this.#log;
    this.#log = "";
    return log;
  }
}

type Factory = (exports: object, own: NodeJS.Process, console: Console) => void;

/** By the bundle's text: compiling takes longer than all else. */
const compiled = new Map<string, Factory>();

function instantiate(bundle: string, own: NodeJS.Process): { handler?: unknown } {
  const text = readFileSync(bundle, "utf8");
  const factory = compiled.get(text) ?? compile(text, bundle);
  compiled.set(text, factory);
  const exported = {};
  factory(exported, own, new Console(own.stdout, own.stderr));
  return exported;
}

/** The export statement is the one part of a bundle that only a module may have. */
const exportStatement = /\bexport\s*\{([\w$\s,]*)\};?/g;

function compile(text: string, filename: string): Factory {
  const statement = [...text.matchAll(exportStatement)].at(-1);
  if (!statement) throw new Error(`${filename} is not a bundle with one export statement.`);
  const assignments = statement[1]
    ?.split(",")
    .map((each) => each.trim().split(/\s+as\s+/))
    .map(([local, name = local]) => `exports.${name}=${local};`);
  const end = statement.index + statement[0].length;
  const script = text.slice(0, statement.index) + assignments?.join("") + text.slice(end);
  return compileFunction(script, ["exports", "process", "console"], { filename }) as Factory;
}
