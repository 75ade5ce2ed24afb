import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import type { FactResult } from "./result.ts";
import { type AccountSettings, environmentOf } from "./settings.ts";

const root = resolve(import.meta.dirname, "../..");

/**
 * Tries the facts in a process group of its own, so that a Ctrl-C reaches the command alone, which ends them at once
 * and cleans up.
 * @param settings of an account; undefined: on the stand-in
 * @param only a part of the names of topics or facts; undefined: all
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
  const filter = only === undefined ? [] : ["--testNamePattern", escaped(only)];
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

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
