import type { Wish } from "../../lib/emergency/step.ts";
import { faults } from "./gate.ts";
import { type Move, nameOf, type Operation } from "./operation.ts";
import { Random } from "./random.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

type Weighted<T> = readonly (readonly [weight: number, make: () => T])[];

/** How many operations lie between two times of calm. */
const stretch = 40;

/** The operations of a walk, one after the other. */
export function* operations(random: Random): Generator<Operation> {
  for (let count = 1; ; count += 1) {
    if (count % stretch > 0) yield operation(random);
    else yield random.chance(0.25) ? { kind: "calm", dead: random.int(3) } : { kind: "calm" };
  }
}

/** Of the operations of which walks consist; the rarest is one in hundreds. */
export function operationNames(): readonly string[] {
  const names = new Set<string>();
  let count = 0;
  for (const each of operations(new Random(1))) {
    names.add(nameOf(each));
    count += 1;
    if (count === 20_000) break;
  }
  return [...names].toSorted();
}

function operation(random: Random): Operation {
  return drawn<Operation>(random, [
    [30, () => ({ kind: "pass", ms: between(random, second, 10 * minute) })],
    [6, () => ({ kind: "pass", ms: between(random, 10 * minute, 3 * hour) })],
    [2, () => ({ kind: "pass", ms: between(random, 3 * hour, 40 * hour) })],
    [25, () => ({ kind: "next", count: 1 + random.int(4) })],
    [40, () => move(random)],
    [8, () => ({ kind: "fault", calls: random.int(40), fault: random.pick(faults) })],
    [8, () => ({ kind: "during", calls: random.int(40), move: move(random) })],
    [3, () => ({ kind: "event", fault: random.pick(["dropped", "duplicated", "delayed"]) })],
    [
      4,
      () => ({
        kind: "outcome",
        service: random.int(8),
        outcome: random.pick(["rolls back", "is stopped"]),
      }),
    ],
    [3, () => ({ kind: "server", server: random.int(3), isDown: random.chance(0.4) })],
    [2, () => ({ kind: "lag", ms: random.int(1000), listMs: random.int(5 * minute) })],
  ]);
}

function move(random: Random): Move {
  const secret = random.int(6);
  return drawn<Move>(random, [
    [20, () => ({ kind: "rotate", secret, leaked: random.chance(0.1) })],
    [8, () => ({ kind: "restart", secret })],
    [11, () => emergency(random)],
    [2, () => ({ kind: "cancel", secret })],
    [6, () => ({ kind: "move", secret, label: "AWSCURRENT", version: random.int(8) })],
    [
      2,
      () => ({
        kind: "move",
        secret,
        label: random.pick(["AWSPENDING", "AWSPREVIOUS", "RETIRING"]),
        version: random.int(8),
      }),
    ],
    [
      3,
      () => ({
        kind: "move",
        secret,
        label: random.pick(["AWSPENDING", "AWSPENDING", "AWSPREVIOUS", "RETIRING"]),
      }),
    ],
    [
      5,
      () => ({
        kind: "put",
        secret,
        value: random.pick(["another note", "value of a version"]),
        version: random.int(8),
        label: random.pick(["AWSCURRENT", "AWSCURRENT", "AWSPENDING"]),
      }),
    ],
    [1, () => ({ kind: "stall", secret })],
    [1, () => ({ kind: "drift", secret })],
    [1, () => ({ kind: "delete", secret })],
    [3, () => ({ kind: "restore", secret })],
    [3, () => ({ kind: "scale", service: random.int(8), tasks: random.int(4) })],
    [6, () => ({ kind: "deploy", service: random.int(8) })],
    [4, () => ({ kind: "kill", task: random.int(20) })],
    [3, () => ({ kind: "job", job: random.int(2), ms: between(random, minute, 8 * hour) })],
  ]);
}

function emergency(random: Random): Move {
  return {
    kind: "emergency",
    action: drawn<Wish["action"]>(random, [
      [3, () => "rotate"],
      [5, () => "leaked"],
      [2, () => "rollback"],
      [3, () => "repair"],
    ]),
    endSessions: random.chance(0.3),
    of: drawn<readonly number[] | "all">(random, [
      [6, () => [random.int(6)]],
      [3, () => [random.int(6), random.int(6)]],
      [1, () => "all"],
    ]),
    again: random.chance(0.25),
  };
}

/** Small ones as often as large ones. */
function between(random: Random, low: number, high: number): number {
  const share = random.int(10_000) / 10_000;
  return Math.round(low * (high / low) ** share);
}

function drawn<T>(random: Random, choices: Weighted<T>): T {
  let left = random.int(choices.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, make] of choices) {
    left -= weight;
    if (left < 0) return make();
  }
  throw new RangeError("Nothing to draw from.");
}
