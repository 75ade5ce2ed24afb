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

export async function runProgram(file: string, ...options: string[]): Promise<Ran> {
  const child = startProgram(file, ...options);
  const printed = [child.stdout, child.stderr].map((stream) => stream?.toArray() ?? []);
  const [code] = await once(child, "close");
  const [stdout = "", stderr = ""] = (await Promise.all(printed)).map((chunks) => chunks.join(""));
  return { code, stdout, stderr };
}

/** @param file below the root, e.g. `lab/demo.ts` */
export function startProgram(file: string, ...options: string[]): ChildProcess {
  const child = spawn(process.execPath, [join(root, file), ...options], {
    cwd: root,
    env: { PATH: process.env["PATH"], ...compileCache },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  return child;
}
