import { expect, it } from "vitest";
import { DeadlineReached } from "../../../lib/context/deadline.ts";
import { emergency } from "../../../lib/emergency/emergency.ts";
import { parseRequest } from "../../../lib/emergency/request.ts";
import { contextFor } from "../../context.ts";
import { now as begin } from "./states.ts";
import { ToyAccount } from "./toy-account.ts";

/** In milliseconds: of an invocation, before what is kept back. */
const time = 280_000;

it("tells at the end of the last invocation what is open then, not what was before a pause", async () => {
  const { ports } = new ToyAccount({ old: ["AWSCURRENT"] }, ["old"]);
  const { describe } = ports.store;
  let now = begin.getTime();
  const end = now + time;
  let lookedAt = 0;
  Object.assign(ports.rotations, { start: async () => "busy" });
  Object.assign(ports.store, {
    describe(...asked: Parameters<typeof describe>) {
      lookedAt = now;
      return describe(...asked);
    },
  });
  const told: [string, number][] = [];
  const context = contextFor({
    now: () => new Date(now),
    async sleep(ms) {
      const left = end - now;
      now += Math.min(ms, left);
      if (ms > left) throw new DeadlineReached();
    },
    async report(news) {
      if (news.status !== "over") told.push([news.error.code, now]);
      return "told";
    },
  });
  const request = parseRequest({ action: "rotate", secrets: ["app"], reason: "INC-1" }, begin);
  await emergency({ work: { request, askedAt: begin.toISOString(), round: 12 } }, ports, context);
  expect(now - begin.getTime()).toBeGreaterThan(time / 2);
  expect(told).toEqual([["EMERGENCY_UNFINISHED", lookedAt]]);
});
