import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { compileCache } from "../../standin/compile-cache.ts";
import type { Production } from "../lib/settlement/production.ts";
import { outcome, type Ran } from "../run-program.ts";

const root = resolve(import.meta.dirname, "../..");
const program = join(root, "cli/emergency.ts");

export const secret = "production/database/primary";

/** The command, in a process of its own, against a production. */
export function startEmergency(
  { world }: Production,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return started([process.execPath, program, ...named(options)], world.aws.env("person"), env);
}

export const runEmergency = (
  production: Production,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> => outcome(startEmergency(production, options, env));

/** At a terminal, where `typed` answers its question. The output is what the terminal shows. */
export function startAtTerminal(
  { world }: Production,
  options: readonly string[],
  typed: string,
): ChildProcess {
  const terminal = ["python3", join(root, "test/cli/terminal.py"), process.execPath, program];
  const env = { PATH: process.env["PATH"] ?? "", TYPED: typed, PROMPT: "[y/N] " };
  return started([...terminal, ...named(options)], world.aws.env("person"), env);
}

/** The stand-in has no stage in its names. */
const named = (options: readonly string[]) =>
  options.some((each) => each.startsWith("--function") || each.startsWith("--stage"))
    ? options
    : [...options, "--function", "emergency"];

function started(
  [file = "", ...words]: readonly string[],
  aws: Readonly<Record<string, string | undefined>>,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const bare = { PATH: "", HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true" };
  const child = spawn(file, words, {
    cwd: root,
    env: { ...compileCache, ...bare, ...aws, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  return child;
}

/** What it printed, read. */
export const factsIn = ({ stdout }: Ran): readonly Record<string, string>[] =>
  stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
