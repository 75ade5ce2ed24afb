import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, sampled } from "../everything.ts";
import { formsOf } from "./canaries.ts";
import { awsDisturbances, type Disturbance } from "./disturbances.ts";
import { KeyEmergencies } from "./key-emergencies.ts";
import { places } from "./places.ts";
import { disturbProvider, providerDisturbances } from "./provider-disturbances.ts";

type Disturb = (emergencies: KeyEmergencies, at: number) => Disturbance;

/** More calls than any emergency makes. */
const endless = 1000;

/** In milliseconds: how long what is disturbed gets, before the disturbance ends. */
const disturbedFor = 8000;

/** What a person does in an emergency, by turns. */
interface Deed {
  /** How it comes to that, undisturbed; what this adds to the parts lasts until the emergency is over. */
  readonly prepare?: (emergencies: KeyEmergencies, parts: DisposableStack) => Promise<unknown>;
  readonly request: object;
}

const deeds: readonly Deed[] = [
  { request: { action: "leaked" } },
  {
    prepare: async (emergencies, parts) => {
      parts.use(emergencies.keepOldKey());
      expect(await emergencies.carryOut({ action: "rotate" })).toBe(true);
    },
    request: { action: "rollback" },
  },
  { request: { action: "leaked", revokeFirst: true } },
  { prepare: async (emergencies) => emergencies.endKey(), request: { action: "repair" } },
];

const silence = { is: "silence" } as const;
const ofProvider = Object.entries({ ...providerDisturbances, "never answers": silence }).map(
  ([what, spoil]): readonly [string, number, Disturb] => [
    `the provider ${what}`,
    everything ? 8 : 18,
    ({ double }, at) => disturbProvider(double, spoil, at),
  ],
);
const ofAws = Object.entries(awsDisturbances).map(
  ([what, disturb]): readonly [string, number, Disturb] => [
    what,
    everything ? 90 : 150,
    ({ suspect }, at) => disturb(suspect, at),
  ],
);
const ways = [...ofAws, ...ofProvider].map((way, index) => [...way, index] as const);

describe("an emergency of a key leaks nothing", { timeout: 600_000 }, () => {
  let emergencies: KeyEmergencies;
  beforeAll(async () => {
    emergencies = await KeyEmergencies.open();
  });
  afterAll(() => emergencies?.[Symbol.asyncDispose]());

  let [found, runs, hits] = [0, 0, 0];
  const expectNoLeak = async (what: string) => {
    const leaks = await emergencies.suspect.search();
    found += leaks.length;
    expect(leaks, what).toEqual([]);
  };
  /** The next one finds nothing that is left of this one. */
  const tidyUp = async () => {
    if (await emergencies.settled(3000)) return;
    expect(await emergencies.carryOut({ action: "leaked" }, 60_000)).toBe(true);
    expect(await emergencies.settled(3000)).toBe(true);
  };

  it("when nothing fails: its plans, answers, logs, events, tags and alerts", async () => {
    const known = emergencies.suspect.places.canaries.size;
    for (const { prepare, request } of deeds) {
      using parts = new DisposableStack();
      await prepare?.(emergencies, parts);
      expect(await emergencies.ask({ ...request, dryRun: true })).toMatchObject({
        outcome: "planned",
      });
      const { id } = await emergencies.ask(request);
      expect(await emergencies.ended(id), JSON.stringify(request)).toBe(true);
      for (const asked of [{ id }, { id: "" }])
        await emergencies.ask({ action: "status" }, asked.id);
      await emergencies.look();
      parts.dispose();
      expect(await emergencies.settled(5000), JSON.stringify(request)).toBe(true);
      await expectNoLeak(JSON.stringify(request));
    }
    // The key of each of the deeds, and of the rotation ahead of one; the tokens of their steps.
    expect(emergencies.suspect.places.canaries.size).toBeGreaterThanOrEqual(known + 5);
  });

  it.each(sampled(ways, 20))("when %s, at whichever call", async (what, stride, disturb, way) => {
    // Each way begins at another call, and with another deed.
    for (let at = 1 + (way % stride), turn = way; at < endless; at += stride, turn += 1) {
      const { prepare, request } = deeds[turn % deeds.length] ?? {};
      if (!request) return;
      using parts = new DisposableStack();
      await prepare?.(emergencies, parts);
      const disturbance = parts.use(disturb(emergencies, at));
      await emergencies.carryOut(request, disturbedFor);
      const { hit } = disturbance;
      parts.dispose();
      await expectNoLeak(`${what}: ${at}: ${JSON.stringify(request)}`);
      await tidyUp();
      runs += 1;
      hits += hit ? 1 : 0;
      if (!hit) return;
    }
    expect.unreachable("The disturbance never came to the end of an emergency.");
  });

  it("when the provider echoes all it knows, again and again", async () => {
    const spoil = providerDisturbances["echoes all it knows with HTTP 401"];
    if (!spoil) return expect.unreachable();
    for (const { request } of sampled(deeds, 4)) {
      const disturbance = disturbProvider(emergencies.double, spoil, 1, true);
      const { id } = await emergencies.ask(request);
      await emergencies.ended(id, disturbedFor / 2);
      await emergencies.ask({ action: "status" }, id);
      await emergencies.look();
      disturbance[Symbol.dispose]();
      await expectNoLeak(`for good: ${JSON.stringify(request)}`);
      await tidyUp();
    }
  });

  it("when the request is invalid and contains a key", async () => {
    const key = emergencies.double.keys.all[0]?.credential ?? "";
    expect(key).not.toBe("");
    for (const request of [
      { action: "leaked", version: [key] },
      { action: "leaked", revokeFirst: key },
      { action: "rollback", dryRun: key },
      { action: "repair", endSessions: { key } },
      { action: "rotate", tag: { key, value: [key] } },
    ])
      expect(await emergencies.ask(request)).toMatchObject({ outcome: "failed" });
    await expectNoLeak("bad requests");
  });

  it("and every place was looked into", () => {
    const { searched, canaries } = emergencies.suspect.places;
    const characters = Object.fromEntries(searched);
    for (const place of places.filter((each) => each !== "strangers" && each !== "server log"))
      expect(characters[place], place).toBeGreaterThan(0);
    expect(hits).toBeGreaterThan(everything ? 2 : 0);
    const figures = { runs, hits, canaries: canaries.size, forms: formsOf("").length, found };
    console.log(JSON.stringify({ ...figures, charactersSearched: characters }));
  });
});
