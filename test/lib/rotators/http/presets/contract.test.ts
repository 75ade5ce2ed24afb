import { afterAll, beforeAll } from "vitest";
import { played } from "../../../../../lab/providers/played.ts";
import { type ProviderServer, playProviders } from "../../../../../lab/providers/server.ts";
import { readPreset } from "../../../../../lib/rotators/http/read-preset.ts";
import { providerContract } from "../../../../contracts/provider.ts";
import { sampled } from "../../../../everything.ts";
import { playedService, TestClock } from "../played-service.ts";
import { presets } from "./played-presets.ts";

const clock = new TestClock();
let server: ProviderServer;
beforeAll(async () => {
  server = await playProviders(played, clock.now);
});
afterAll(() => server[Symbol.asyncDispose]());

for (const [name, { key = {}, ...can }] of sampled(Object.entries(presets), 6)) {
  const preset = readPreset(`lib/rotators/http/presets/${name}.yml`);
  providerContract(preset.preset, can, async () => playedService(server, clock, preset, key));
}
