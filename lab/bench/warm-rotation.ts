import type { World } from "../world.ts";
import { median } from "./median.ts";

export interface WarmRotation {
  /** Of the four invocations together, the stand-in's time included. */
  readonly medianMs: number;
  readonly rotations: number;
}

export interface AwsRequests {
  readonly perRotation: number;
  /** How many of them follow one another; the others are sent beside these. */
  readonly sequential: number;
  /** By operation. */
  readonly names: Readonly<Record<string, number>>;
}

/**
 * The first rotation, which also loads the driver, is left out.
 * @throws when a rotation fails, runs in another process, or makes other requests than the one before
 */
export async function measureWarmRotation(
  world: World,
  rotations: number,
): Promise<{ warmRotation: WarmRotation; awsRequests: Omit<AwsRequests, "sequential"> }> {
  const first = await rotation(world);
  const times: number[] = [];
  for (let done = 0; done < rotations; done += 1) {
    const next = await rotation(world);
    if (next.process !== first.process) throw new Error("The function was not warm.");
    if (next.requests.join() !== first.requests.join())
      throw new Error(`Other AWS requests than before: ${next.requests.join(", ")}`);
    times.push(next.ms);
  }
  const names: Record<string, number> = {};
  for (const name of first.requests) names[name] = (names[name] ?? 0) + 1;
  return {
    warmRotation: { medianMs: median(times), rotations },
    awsRequests: { perRotation: first.requests.length, names },
  };
}

async function rotation(world: World) {
  const { succeeded, steps } = await world.rotate();
  if (!succeeded || !(await world.settle())) throw new Error("A rotation failed.");
  return {
    ms: steps.reduce((sum, step) => sum + step.ms, 0),
    process: [...new Set(steps.map(({ principal }) => principal))].join(),
    // The order of those that are sent together varies.
    requests: steps.flatMap(({ calls }) => calls.map(({ operation }) => operation).toSorted()),
  };
}
