import { expect, it, vi } from "vitest";
import { DeadlineReached } from "../../../lib/context/deadline.ts";
import { RotationError } from "../../../lib/errors.ts";
import { asker } from "../../../lib/validation/ask.ts";

/** As every port does: gives up when the signal aborts. */
const silent = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const giveUp = () => reject(new DeadlineReached());
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp);
  });

it("waits for no answer longer than a question may take", async () => {
  vi.useFakeTimers();
  // The time of AbortSignal.timeout is not faked.
  const timeout = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), ms);
    return controller.signal;
  });
  try {
    const asked = asker(new AbortController().signal)(silent);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await asked).toMatchObject({ unknown: { code: "DEADLINE" } });
  } finally {
    timeout.mockRestore();
    vi.useRealTimers();
  }
});

it("asks nothing any more when all the time is over", async () => {
  const ask = asker(AbortSignal.abort());
  expect(await ask(silent)).toMatchObject({ unknown: { code: "DEADLINE" } });
});

it("keeps of a thrown error what may be told", async () => {
  const ask = asker(new AbortController().signal);
  const asked = await ask(() => Promise.reject(new TypeError("with a value")));
  expect(asked).toMatchObject({ unknown: expect.any(RotationError) });
  expect(JSON.stringify(asked)).not.toContain("with a value");
});
