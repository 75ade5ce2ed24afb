import { describe, expect, it } from "vitest";
import { UsageError } from "../../cli/command-line.ts";
import { follow, verdictOf } from "../../cli/emergency/follow.ts";
import type { StatusAnswer } from "../../lib/emergency/status.ts";
import type { SecretStatus } from "../../lib/emergency/status-facts.ts";
import { answer, begun, dead, rotating, settled, stuck } from "./emergency-statuses.ts";

const failed = (secret: string): SecretStatus => ({
  ...rotating(secret),
  state: "failed",
  waitsFor: "person",
});
const refused = (secret: string): SecretStatus => ({
  ...begun(secret),
  state: "refused",
  waitsFor: "person",
});
const promoted = (secret: string): SecretStatus => ({
  ...dead(secret),
  action: "rotate",
  state: "promoted",
});

type Look = readonly SecretStatus[] | Error;

/** Looks, the last one again and again; a look takes `takes` milliseconds. */
async function followed(
  looks: readonly Look[],
  { asked = "leaked", takes = 10 }: { asked?: Parameters<typeof follow>[1]; takes?: number } = {},
) {
  let [now, count] = [0, 0];
  const shown: StatusAnswer[] = [];
  const missed: unknown[] = [];
  const pauses: number[] = [];
  const following = {
    look: async () => {
      now += takes;
      const look = looks[Math.min(count, looks.length - 1)];
      count += 1;
      if (look instanceof Error) throw look;
      return answer(look ?? []);
    },
    show: (each: StatusAnswer) => void shown.push(each),
    missed: (error: unknown) => void missed.push(error),
    sleep: async (ms: number) => {
      pauses.push(ms);
      now += ms;
    },
    now: () => now,
  };
  const end = await follow(following, asked).catch((error: unknown) => error);
  return { end, shown, missed, pauses, ms: now };
}

describe("following an emergency ends", () => {
  it("when everything is settled, looking every second until then", async () => {
    const { shown, pauses } = await followed([[begun("a")], [dead("a")], [settled("a")]]);
    expect(shown).toHaveLength(3);
    expect(pauses).toEqual([1000, 1000]);
  });

  it("for a plain rotation when it is promoted", async () => {
    const { shown } = await followed([[rotating("a")], [promoted("a")]]);
    expect(shown).toHaveLength(2);
    expect(verdictOf(answer([promoted("a"), dead("b")]), "leaked")).toBe("moving");
  });

  it("for a rollback when the consumers are back, though settlement may take a day", async () => {
    const back = (state: "old" | "proven") => ({
      ...begun("a"),
      state: "promoted" as const,
      waitsFor: "quarterturn" as const,
      promotedAt: "2026-03-01T03:00:01.000Z",
      consumers: [{ name: "service web", state }],
    });
    const unseen = { ...back("old"), promotedAt: undefined, consumers: [] };
    const looks = [[unseen], [back("old")], [back("proven")]] as Look[];
    expect((await followed(looks, { asked: "rollback" })).shown).toHaveLength(3);
  });

  it("a minute after only a person can do more: a rotation that failed is tried again", async () => {
    const { ms, end } = await followed([[failed("a")]]);
    expect(ms).toBeGreaterThanOrEqual(60_000);
    expect(ms).toBeLessThan(65_000);
    expect(verdictOf(end as StatusAnswer, "leaked")).toBe("left");
    const again = await followed([[failed("a")], [rotating("a")], [settled("a")]]);
    expect(verdictOf(again.end as StatusAnswer, "leaked")).toBe("done");
  });

  it("at once where the rest is refused for good", async () => {
    const { shown, end } = await followed([[settled("a"), refused("b")]]);
    expect(shown).toHaveLength(1);
    expect(verdictOf(end as StatusAnswer, "leaked")).toBe("left");
  });

  it("a minute after nothing has begun", async () => {
    const { ms, end } = await followed([[begun("a")]]);
    expect(ms).toBeLessThan(65_000);
    expect(verdictOf(end as StatusAnswer, "leaked")).toBe("left");
  });

  it("at once where nothing was started and nothing moves", async () => {
    expect((await followed([[begun("a")]], { asked: "status" })).shown).toHaveLength(1);
  });

  it("not while anything moves, however many are stuck", async () => {
    const looks = Array.from({ length: 300 }, () => [stuck("a"), rotating("b")]);
    const { shown } = await followed([...looks, [stuck("a"), settled("b")]]);
    expect(shown.length).toBeGreaterThan(300);
  });

  it("with the failure, where looks fail for a minute; one that fails is said and passed over", async () => {
    const { missed, end } = await followed([new Error("no network")]);
    expect(end).toEqual(new Error("no network"));
    expect(missed.length).toBeGreaterThan(50);
    const passing = await followed([[dead("a")], new Error("once"), [settled("a")]]);
    expect(passing.missed).toHaveLength(1);
    expect(verdictOf(passing.end as StatusAnswer, "leaked")).toBe("done");
  });

  it("at once where the request is wrong", async () => {
    const { missed, end } = await followed([new UsageError("no such secret")]);
    expect([missed.length, end]).toEqual([0, new UsageError("no such secret")]);
  });

  it("and looks no more often than every five seconds at many secrets, or than looks take", async () => {
    const many = Array.from({ length: 51 }, (_, index) => rotating(`s${index}`));
    expect((await followed([many, [settled("a")]])).pauses).toEqual([5000]);
    const slow = await followed([[rotating("a")], [settled("a")]], { takes: 8000 });
    expect(slow.pauses).toEqual([8000]);
  });
});
