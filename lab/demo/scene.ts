import { oneOf } from "../../cli/command-line.ts";
import { type Step, steps } from "../../lib/rotation/event.ts";
import type { ServerType, Strategy } from "../server.ts";
import { serverType, serverTypes } from "../servers.ts";

export const defaultEngine = "postgres";

/** Where every change takes its time, there is little to see. */
export const demoEngines: readonly string[] = Object.entries<ServerType>(serverTypes)
  .filter(([, { isSlow }]) => !isSlow)
  .map(([type]) => type);

/** What the demo shows. */
export interface Scene {
  /** A type of server (lab/servers.ts). */
  readonly engine: string;
  readonly strategy: Strategy;
  /** The step that fails on every attempt. */
  readonly fail: Step | undefined;
}

/** @throws UsageError; Error where the server is not installed */
export function sceneOf(options: {
  readonly engine: string;
  readonly strategy?: string;
  readonly fail?: string;
}): Scene {
  const engine = oneOf("--engine", options.engine, demoEngines);
  const { strategies, missing } = serverType(engine);
  const [first = "in-place"] = strategies;
  const strategy = oneOf(
    engine === defaultEngine ? "--strategy" : `--strategy with --engine ${engine}`,
    options.strategy ?? first,
    strategies,
  );
  const fail = options.fail === undefined ? undefined : oneOf("--fail", options.fail, steps);
  const lacking = missing?.();
  if (lacking !== undefined) throw new Error(`${lacking}.`);
  return { engine, strategy, fail };
}
