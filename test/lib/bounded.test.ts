import { expect, it } from "vitest";
import { bounded } from "../../lib/bounded.ts";

it("does so many at a time, and keeps the order", async () => {
  let underWay = 0;
  let most = 0;
  const results = await bounded([30, 10, 20, 0, 5], 2, async (ms) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, ms));
    underWay -= 1;
    return ms;
  });
  expect(results).toEqual([30, 10, 20, 0, 5]);
  expect(most).toBe(2);
});

it("does nothing with nothing", async () => {
  expect(await bounded([], 8, () => Promise.reject(new Error("never")))).toEqual([]);
});

it("throws what the first item threw, when all others have ended", async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    await new Promise((resolve) => setTimeout(resolve, item));
    ended.push(item);
    if (item % 2 === 1) throw new Error(`${item} failed`);
  };
  await expect(bounded([9, 1, 20, 4], 2, work)).rejects.toThrow("9 failed");
  expect(ended.toSorted((a, b) => a - b)).toEqual([1, 4, 9, 20]);
});
