import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { compileCache } from "../standin/compile-cache.ts";

const root = resolve(import.meta.dirname, "..");

/** What a program of this repository printed, into pipes, and its exit code. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function runProgram(file: string, ...options: string[]): Promise<Ran> {
  return outcome(startProgram(file, ...options));
}

/** @param env the whole environment */
export function runProgramIn(env: Environment, file: string, ...options: string[]): Promise<Ran> {
  return outcome(start(env, file, options));
}

/** @param file below the root, e.g. `lab/demo.ts` */
export function startProgram(file: string, ...options: string[]): ChildProcess {
  return start({ PATH: process.env["PATH"] }, file, options);
}

function start(env: Environment, file: string, options: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [join(root, file), ...options], {
    cwd: root,
    env: { ...compileCache, STANDIN_PACE: process.env["STANDIN_PACE"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  return child;
}

/** What a child printed, whose streams give text. */
export async function outcome(child: ChildProcess): Promise<Ran> {
  const printed = [child.stdout, child.stderr].map((stream) => stream?.toArray() ?? []);
  const [code] = await once(child, "close");
  const [stdout = "", stderr = ""] = (await Promise.all(printed)).map((chunks) => chunks.join(""));
  return { code, stdout, stderr };
}
