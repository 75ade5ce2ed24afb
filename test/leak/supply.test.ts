/** @module-tag ci */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProviderDouble } from "../../lab/providers/double.ts";
import { anthropic } from "../../lab/providers/played/anthropic.ts";
import { SupplyWorld } from "../cli/supply-world.ts";
import { sampled } from "../everything.ts";
import { ledHere, playHere } from "./played-suspect.ts";
import { disturbProvider, providerDisturbances } from "./provider-disturbances.ts";

const admin = "production/leak/admin";
const credential = { type: "anthropic", admin, field: "api_key" };
const spoils = Object.entries(providerDisturbances);
const nameOf = (way: number) => `production/leak/key-${way}`;
const names = [...spoils, "undisturbed"].map((_, way) => nameOf(way));

describe("a key that a person hands over leaks nothing", { timeout: 600_000 }, () => {
  let world: SupplyWorld;
  let double: ProviderDouble;
  let env: Readonly<Record<string, string>>;
  let failures = 0;
  const parts = new AsyncDisposableStack();
  beforeAll(async () => {
    const played = await playHere(anthropic, parts);
    double = played.double;
    env = { ...played.environment, NODE_OPTIONS: `--import=${ledHere}` };
    const entry = { consumers: "complete", credentials: [credential] };
    world = parts.use(
      await SupplyWorld.open(Object.fromEntries(names.map((name) => [name, entry]))),
    );
    await world.create(admin, double.adminSecret);
  });
  afterAll(() => parts.disposeAsync());

  const newKey = () => double.handOut("made by hand").values["secret"] ?? "";

  /** The world looks for every key, old and new, in what the command prints and sends. */
  async function supply(way: number): Promise<number | null> {
    const name = nameOf(way);
    await world.create(name, { api_key: newKey() });
    const { code } = await world.pipe(newKey(), [name], env);
    if (code !== 0) failures += 1;
    return code;
  }

  it("when nothing fails", async () => {
    expect(await supply(spoils.length)).toBe(0);
    expect(double.seen.filter(({ mistake }) => mistake)).toEqual([]);
  });

  const ways = spoils.map(([what, spoil], way) => [what, spoil, way] as const);
  it.each(sampled(ways, 4))("when the provider %s", async (_, spoil, way) => {
    using disturbance = disturbProvider(double, spoil, 1, true);
    await supply(way);
    expect(disturbance.hit).toBe(true);
  });

  it("and much of it failed", () => {
    expect(failures).toBeGreaterThan(1);
    console.log(JSON.stringify({ key: "supplied", failures, canaries: world.canaries.size }));
  });
});
