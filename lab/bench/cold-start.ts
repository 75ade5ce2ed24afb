import { spawn } from "node:child_process";
import { once } from "node:events";
import { median } from "./median.ts";

export interface ColdStart {
  /** From the start of the process until the handler is ready. */
  readonly medianMs: number;
  /** The same for a process that loads nothing. */
  readonly bareNodeMs: number;
  readonly ratio: number;
}

// Neither is an ES module: what loading one costs counts for the bundle, not for bare Node.
const bare = 'process.getBuiltinModule("node:fs").writeSync(1, "ready");';
const loading = `import(process.argv[1]).then(({ handler }) => {
  if (typeof handler !== "function") throw new Error("The bundle exports no handler.");
  ${bare}
});`;

/** Fresh processes of the bundle and bare ones in turn, so that both see the same machine. */
export async function measureColdStart(
  bundle: string,
  env: Record<string, string>,
  samples: number,
): Promise<ColdStart> {
  const times = { bundle: [] as number[], bare: [] as number[] };
  for (let sample = 0; sample < samples; sample += 1) {
    times.bare.push(await untilReady(bare, bundle, env));
    times.bundle.push(await untilReady(loading, bundle, env));
  }
  const medianMs = median(times.bundle);
  const bareNodeMs = median(times.bare);
  return { medianMs, bareNodeMs, ratio: Math.round((medianMs / bareNodeMs) * 100) / 100 };
}

async function untilReady(
  script: string,
  bundle: string,
  env: Record<string, string>,
): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, ["--eval", script, bundle], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  const first = await Promise.race([once(child.stdout, "data"), exited.then(() => undefined)]);
  const ms = performance.now() - start;
  child.kill();
  await exited;
  if (!first) throw new Error(`The bundle ${bundle} does not load.`);
  return ms;
}
