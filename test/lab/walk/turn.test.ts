import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../lab/walk/clock.ts";
import { Turn } from "../../../lab/walk/turn.ts";

describe("an invocation that lets others go on while it sleeps", () => {
  it("goes on when one of its parts has ended and another one sleeps", async () => {
    const clock = new VirtualClock(0);
    const turn = new Turn(clock);
    const woken: string[] = [];
    const part = async (name: string, ms: number) => {
      await turn.sleep(ms);
      woken.push(`${name} at ${clock.now}`);
    };
    await turn.begin(() => Promise.all([part("short", 500), part("long", 4000)]));
    await clock.run(10_000);
    expect(woken).toEqual(["short at 500", "long at 4000"]);
  });

  it("holds nobody up when it is killed while a part of it sleeps", async () => {
    const clock = new VirtualClock(0);
    const turn = new Turn(clock);
    let woken = 0;
    const sleeps = async () => {
      await turn.sleep(1000);
      woken += 1;
    };
    const killed = Promise.withResolvers<void>();
    clock.work(500, async () => killed.resolve());
    await turn.begin(() => Promise.race([sleeps(), killed.promise]));
    await clock.run(10_000);
    expect([woken, clock.now]).toEqual([0, 10_000]);
  });
});
