import { expect, it } from "vitest";
import type { Invocation } from "../../../lab/walk/gate.ts";
import { Periods } from "../../../lab/walk/real/periods.ts";

/** What the oracle heard of the periods that began, and of those that ended. */
function judged() {
  const begun: Invocation[] = [];
  const ended: Invocation[] = [];
  const consumers = { isQuiet: true };
  const gate = { hasDisturbed: false };
  const periods = new Periods({
    clock: { now: 0 },
    aws: {
      intercept: () => ({ [Symbol.dispose]: () => {} }),
      idle: async () => {},
      notifications: [],
    },
    consumers,
    databases: { note: async () => {} },
    gate,
    oracle: {
      alert: () => {},
      changing: (change) => change(),
      begun: (by) => void begun.push(by),
      ended: (by) => void ended.push(by),
    },
    isDown: () => false,
  });
  return { begun, ended, consumers, gate, periods };
}

it("a call that was disturbed disturbs its own period alone", async () => {
  const { ended, gate, periods } = judged();
  gate.hasDisturbed = true;
  await periods.end(50);
  expect(ended.map(({ isDisturbed }) => isDisturbed)).toEqual([true, true]);
  await periods.end(50);
  expect(ended.slice(2).map(({ isDisturbed }) => isDisturbed)).toEqual([false, false]);
});

it("what is under way when a period is given up goes on in the next one, whose time has jumped", async () => {
  const { begun, ended, consumers, periods } = judged();
  consumers.isQuiet = false;
  await periods.end(50);
  expect(ended.at(-1)?.isDisturbed).toBe(true);
  expect(begun.at(-1)?.isDisturbed).toBe(true);
  consumers.isQuiet = true;
  await periods.end(50);
  expect(begun.at(-1)?.isDisturbed).toBe(false);
});
