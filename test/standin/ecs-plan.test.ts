/** The rules of a rolling update: API_DeploymentConfiguration. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candidate, type Limits, plan } from "../../standin/ecs/plan.ts";

const STATES = {
  ready: { isReady: true },
  starting: {},
  unhealthy: { isUnhealthy: true },
  protected: { isReady: true, isProtected: true },
};

type State = keyof typeof STATES;

function task(isCurrent: boolean, state: State): Candidate & { name: string } {
  const nothing = { isReady: false, isUnhealthy: false, isProtected: false };
  return { ...nothing, ...STATES[state], isCurrent, name: `${isCurrent ? "new" : "old"} ${state}` };
}

function planned(old: State[], current: State[], limits: Partial<Limits>) {
  const tasks = [...old.map((state) => task(false, state)), ...current.map((s) => task(true, s))];
  const defaults = { minimumHealthyPercent: 100, maximumPercent: 200, mayStart: true };
  const { stop, start } = plan(tasks, { desiredCount: 3, ...defaults, ...limits });
  return { stop: stop.map(({ name }) => name), start };
}

const three = <T extends State>(state: T): T[] => [state, state, state];

describe.each<[string, State[], State[], Partial<Limits>, string[], number]>([
  ["a new service starts all", [], [], {}, [], 3],
  ["a roll starts as many as the maximum allows", three("ready"), [], {}, [], 3],
  ["… rounded down", three("ready"), [], { maximumPercent: 150 }, [], 1],
  ["old ones wait for new ones", three("ready"), three("starting"), {}, [], 0],
  [
    "one goes for each that is ready",
    three("ready"),
    ["ready", "starting", "starting"],
    {},
    ["old ready"],
    0,
  ],
  ["the last go", three("ready"), three("ready"), {}, ["old ready", "old ready", "old ready"], 0],
  ["protected ones stay", ["ready", "protected"], three("ready"), {}, ["old ready"], 0],
  [
    "an old one makes room where the minimum allows it",
    three("ready"),
    [],
    { minimumHealthyPercent: 66, maximumPercent: 100 },
    ["old ready"],
    1,
  ],
  ["… rounded up", three("ready"), [], { minimumHealthyPercent: 67, maximumPercent: 100 }, [], 0],
  [
    "all make room at a minimum of 0",
    three("ready"),
    [],
    { minimumHealthyPercent: 0, maximumPercent: 100 },
    three("ready").map((s) => `old ${s}`),
    3,
  ],
  [
    "what is not ready makes room first",
    ["ready", "ready", "starting"],
    [],
    { minimumHealthyPercent: 66, maximumPercent: 100 },
    ["old starting"],
    1,
  ],
  [
    "old ones beyond the desired count go at once",
    [...three("ready"), ...three("starting")],
    [],
    {},
    three("starting").map((s) => `old ${s}`),
    3,
  ],
  ["an unhealthy one is replaced first", [], ["ready", "ready", "unhealthy"], {}, [], 1],
  ["… and goes then", [], [...three("ready"), "unhealthy"], {}, ["new unhealthy"], 0],
  [
    "… and goes first where there is no room",
    three("ready"),
    three("unhealthy"),
    {},
    three("unhealthy").map((s) => `new ${s}`),
    3,
  ],
  [
    "… and goes where none may start",
    [],
    ["ready", "unhealthy"],
    { mayStart: false },
    ["new unhealthy"],
    0,
  ],
  [
    "scaling in takes those first that are not ready",
    [],
    ["ready", "starting"],
    { desiredCount: 1 },
    ["new starting"],
    0,
  ],
  [
    "a failed deployment keeps the old ones",
    three("ready"),
    ["starting"],
    { mayStart: false },
    [],
    0,
  ],
  [
    "desired 0 stops all but protected ones",
    ["ready"],
    ["ready", "protected", "starting"],
    { desiredCount: 0 },
    ["new starting", "new ready", "old ready"],
    0,
  ],
])("%s", (_what, old, current, limits, stop, start) => {
  it("is planned so", () => {
    expect(planned(old, current, limits)).toEqual({ stop, start });
  });
});

it("keeps the minimum and the maximum, and what is protected, whatever the state", () => {
  const states = fc.constantFrom<State>("ready", "starting", "unhealthy", "protected");
  const tasks = fc.array(fc.tuple(fc.boolean(), states), { maxLength: 12 });
  const limits = fc.record({
    desiredCount: fc.integer({ min: 0, max: 6 }),
    minimumHealthyPercent: fc.integer({ min: 0, max: 100 }),
    maximumPercent: fc.integer({ min: 100, max: 200 }),
    mayStart: fc.boolean(),
  });
  fc.assert(
    fc.property(tasks, limits, (drawn, limit) => {
      const all = drawn.map(([isCurrent, state]) => task(isCurrent, state));
      const { stop, start } = plan(all, limit);
      const left = all.filter((each) => !stop.includes(each));
      const ready = (of: typeof all) => of.filter(({ isReady }) => isReady).length;
      const minimum = Math.ceil((limit.desiredCount * limit.minimumHealthyPercent) / 100);
      expect(ready(left)).toBeGreaterThanOrEqual(Math.min(minimum, ready(all)));
      expect(stop.filter(({ isProtected }) => isProtected)).toEqual([]);
      const maximum = Math.floor((limit.desiredCount * limit.maximumPercent) / 100);
      if (start > 0) expect(left.length + start).toBeLessThanOrEqual(maximum);
      if (!limit.mayStart) expect(start).toBe(0);
    }),
  );
});
