import { describe, expect, it } from "vitest";
import type { Operation } from "../../lab/walk/operation.ts";
import { replay, shortest, walk } from "../../lab/walk/walk.ts";
import type { SecretStore } from "../../lib/secret/store.ts";
import type { ConsumerType } from "../../lib/settlement/consumer.ts";
import { everything, sampled } from "../everything.ts";

const random = Date.now() % 1_000_000;

describe("a random walk", { timeout: 120_000 }, () => {
  it.each(everything ? [1, 2, 3, random] : [1, random])(
    "from seed %i breaks no promise",
    async (seed) => {
      const { broken } = await walk(seed, everything ? 200 : 100);
      expect(broken).toEqual([]);
    },
  );

  it("is the same again from the same seed", { tags: "ci" }, async () => {
    const [one, other] = [await walk(7, 120), await walk(7, 120)];
    expect(other).toEqual(one);
  });
});

it("moving AWSCURRENT back to a leaked-mode rotation's version ends nothing that consumers hold", async () => {
  const secret = 0;
  const operations: Operation[] = [
    { kind: "rotate", secret, leaked: true },
    { kind: "calm" },
    { kind: "rotate", secret, leaked: false },
    { kind: "pass", ms: 120_000 },
    { kind: "restart", secret },
    { kind: "pass", ms: 60_000 },
    { kind: "move", secret, label: "AWSCURRENT", version: 1 },
    { kind: "pass", ms: 120_000 },
  ];
  expect((await replay(7, operations)).broken).toEqual([]);
});

/** Settlement sees no consumers, so it retires without waiting for them. */
const blind = {
  consumers: (type: ConsumerType): ConsumerType => ({
    name: type.name,
    look: async (...input) => {
      const view = await type.look(...input);
      return { ...view, find: async () => ({ consumers: [], blind: [] }) };
    },
  }),
};

/** RETIRING is never attached, so settlement forgets the old credential. */
const forgetful = {
  store: (store: SecretStore): SecretStore => ({
    describe: store.describe.bind(store),
    list: store.list.bind(store),
    read: store.read.bind(store),
    current: store.current.bind(store),
    putPending: store.putPending.bind(store),
    tag: store.tag.bind(store),
    madeAt: store.madeAt.bind(store),
    unlabelled: store.unlabelled.bind(store),
    moveLabel: async (move, signal) =>
      move.label === "RETIRING" && move.to !== undefined ? "moved" : store.moveLabel(move, signal),
  }),
};

describe("a fault on purpose", { timeout: 120_000 }, () => {
  const faults = [
    ["retiring without waiting for consumers", blind, "1 no failed logins"],
    ["forgetting RETIRING", forgetful, "4 nothing stays alive late"],
  ] as const;
  it.each(sampled(faults, faults.length))("is found: %s", async (_, plants, promise) => {
    const found = await walk(2, 250, { plants });
    expect(found.broken[0]).toMatchObject({ promise });
    const short = await shortest(found, { plants });
    expect(short.broken[0]).toMatchObject({ promise });
    expect(short.operations.length).toBeLessThanOrEqual(6);
  });
});
