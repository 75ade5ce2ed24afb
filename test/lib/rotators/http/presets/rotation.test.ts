import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { ProviderDouble } from "../../../../../lab/providers/double.ts";
import { played } from "../../../../../lab/providers/played.ts";
import { type ProviderServer, playProviders } from "../../../../../lab/providers/server.ts";
import { compileManifest } from "../../../../../lib/manifest/compile.ts";
import { bundledPresets } from "../../../../../lib/rotators/http/presets.ts";
import type { Preset } from "../../../../../lib/rotators/http/schema.ts";
import { typeList } from "../../../../../lib/types.ts";
import { everything, sampled } from "../../../../everything.ts";
import { transportTo } from "../played-service.ts";
import { PresetAccount } from "../preset-account.ts";
import { presets } from "./played-presets.ts";

let account: PresetAccount;
let server: ProviderServer;
const folder = mkdtempSync(join(tmpdir(), "quarterturn-presets-"));
beforeAll(async () => {
  server = await playProviders(played, () => account.clock.now);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server[Symbol.asyncDispose]();
});

const issuing = [...bundledPresets().values()].filter(({ kind }) => kind !== "supplied");

/** A secret whose key a person made, and the manifest that adopts it. */
function open(preset: Preset): ProviderDouble {
  const { key = {} } = presets[preset.preset] ?? {};
  const { params = {}, attributes = {}, isItsAdmin = false } = key;
  const admin = isItsAdmin ? {} : { admin: "app/admin" };
  const entry = { type: preset.preset, adopt: true, ...params, ...admin };
  const file = join(folder, "rotation.yml");
  writeFileSync(file, stringify({ secrets: { "app/key": entry } }));
  const manifest = compileManifest(file, typeList, { stage: "production" });
  const fields = manifest.secrets["app/key"]?.credentials[0];
  const double = server.renew(preset.preset);
  account = new PresetAccount(manifest, {});
  const { id, values } = double.handOut("made by hand", attributes);
  const { called = (one: string) => one } = double.description;
  const parts = { ...values, id: called(id) };
  const document = Object.entries(Object(fields).fields).map(([part, field]) => [
    field,
    Object(parts)[part],
  ]);
  account = new PresetAccount(manifest, Object.fromEntries(document));
  account.secrets.create("app/admin", JSON.stringify(double.adminSecret));
  return double;
}

/** Uses AWSCURRENT every few seconds, also while functions run. @returns how often it was refused */
function consumer(double: ProviderDouble): () => number {
  let refused = 0;
  const use = () => {
    const values: readonly string[] = Object.values(account.value);
    const key = double.keys.ever.find((each) => values.includes(each.values["secret"] ?? ""));
    if (!key || !double.keys.accept(key.credential)) refused += 1;
    account.clock.change(7_000, use);
  };
  use();
  return () => refused;
}

describe("a rotation of a played provider's keys", () => {
  it.each(sampled(issuing, 6).map((preset) => [preset.preset, preset] as const))(
    "refuses no consumer, leaves no key behind and touches no foreign one: %s",
    async (name, preset) => {
      const double = open(preset);
      const transport = transportTo(server);
      const replaces = preset.grace !== undefined;
      const foreign = replaces ? [] : [double.handOut("of a team"), double.handOut("of another")];
      // Nothing shows the activation of a key that only its administrator can be asked about.
      const activationDelay = presets[name]?.probesAsAdmin ? 0 : 9_000;
      const delays = { activationDelay, revocationDelay: 50_000, flickers: true };
      Object.assign(double.keys.knobs, delays);
      account.clock.pass(60_000);
      const refused = consumer(double);
      const rotations = everything && name === "neon" ? 20 : 2;
      for (let number = 0; number < rotations; number += 1) {
        if (number % 2 === 1) double.begin({ is: "lost reply" }, 1);
        await account.rotate(`token-${number}`, transport);
        for (let look = 0; look < 120 && !account.isSettled; look += 1) {
          account.clock.pass(2 * 3_600_000);
          await account.settle(transport);
        }
        expect(account.isSettled).toBe(true);
      }
      expect(refused()).toBe(0);
      const left = double.keys.all.filter((key) => !foreign.includes(key));
      expect(left.map((key) => key.values["secret"])).toEqual([
        Object.values(account.value).find((value) => value === left[0]?.values["secret"]),
      ]);
      expect(double.keys.all).toEqual(expect.arrayContaining(foreign));
      expect(double.seen.flatMap(({ mistake = [] }) => mistake)).toEqual([]);
    },
    120_000,
  );
});
