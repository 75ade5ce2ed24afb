import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "../../cli/command-line.ts";
import type { FactResult } from "./result.ts";
import { type AccountSettings, environmentOf } from "./settings.ts";

const root = resolve(import.meta.dirname, "../..");

/**
 * Tries the facts in a process group of its own, so that a Ctrl-C reaches the command alone, which ends them at once
 * and cleans up.
 * @param settings of an account; undefined: on the stand-in
 * @param only a part of the names of topics; undefined: all. Throws UsageError where no topic has it.
 * @returns what came of them until the end, or until the signal
 */
export async function tryFacts({
  settings,
  only,
  signal,
  onResult,
}: {
  settings: AccountSettings | undefined;
  only: string | undefined;
  signal: AbortSignal;
  onResult?: (results: readonly FactResult[]) => void;
}): Promise<readonly FactResult[]> {
  const results: FactResult[] = [];
  const filter = only === undefined ? [] : filterFor(only);
  const config = ["--config", "lab/conformance/vitest.config.ts"];
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...config, ...filter], {
    cwd: root,
    env: { ...process.env, ...(settings && environmentOf(settings)) },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    detached: true,
  });
  child.on("message", (result: FactResult) => {
    results.push(result);
    onResult?.(results);
  });
  const end = () => child.pid && process.kill(-child.pid, "SIGKILL");
  signal.addEventListener("abort", end);
  await once(child, "close");
  signal.removeEventListener("abort", end);
  return results.filter(({ outcome, note }) => outcome !== "not run" || note !== "");
}

/** The files alone that have such a topic, and in them these topics. */
function filterFor(only: string): readonly string[] {
  const files = globSync("test/facts/*.test.ts", { cwd: root });
  const topicsOf = (file: string) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/^topic\("([^"]+)"/gm)].map(
      ([, topic = ""]) => topic,
    );
  const known = new Map(files.map((file) => [file, topicsOf(file)]));
  const wanted = [...known].filter(([, topics]) => topics.some((topic) => topic.includes(only)));
  if (wanted.length > 0) {
    const escaped = only.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return [...wanted.map(([file]) => file), "--testNamePattern", escaped];
  }
  const all = [...known.values()].flat().toSorted().join("\n  ");
  throw new UsageError(`No topic has "${only}" in its name. There are:\n  ${all}`);
}
