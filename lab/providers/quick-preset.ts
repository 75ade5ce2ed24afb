import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";

/** The preset of a provider, as YAML, without the waits that are the provider's own. */
export function quickPreset(name: string): string {
  const path = new URL(`../../lib/rotators/http/presets/${name}.yml`, import.meta.url);
  const { probe, quiet: _, ...rest } = parse(readFileSync(path, "utf8"));
  const dead = { within: "0s", times: 1, every: "0s" };
  const alive = { within: "10s", times: 1 };
  return stringify({ ...rest, limits: { perSecond: 50 }, probe: { ...probe, alive, dead } });
}
