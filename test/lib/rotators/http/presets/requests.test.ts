import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { played } from "../../../../../lab/providers/played.ts";
import { type ProviderServer, playProviders } from "../../../../../lab/providers/server.ts";
import { bundledPresets } from "../../../../../lib/rotators/http/presets.ts";
import type { Outgoing } from "../../../../../lib/rotators/http/transport.ts";
import { type PlayedService, playedService, TestClock } from "../played-service.ts";
import { presets } from "./played-presets.ts";
import { type Published, published } from "./published.ts";

const clock = new TestClock();
let server: ProviderServer;
beforeAll(async () => {
  server = await playProviders(played, clock.now);
});
afterAll(() => server[Symbol.asyncDispose]());

describe("the presets that come with Quarterturn", () => {
  it("are all tried", () => {
    const names = [...bundledPresets().keys()];
    expect(names.length).toBeGreaterThanOrEqual(16);
    expect(Object.keys(presets).toSorted()).toEqual(names);
    expect(Object.keys(published).toSorted()).toEqual(names);
    expect(played.map(({ name }) => name).toSorted()).toEqual(names);
    for (const { sources } of played) expect(sources).not.toHaveLength(0);
  });

  it.each([...bundledPresets()])("name the day and the sources of their facts: %s", (_, preset) => {
    expect(Date.parse(preset.checked.on)).toBeLessThanOrEqual(Date.now());
    expect(preset.checked.sources).not.toHaveLength(0);
    expect(preset.manual.console).toMatch(/^https:/);
  });

  it.each([...bundledPresets()])("send what the provider requires: %s", async (name, preset) => {
    const { key = {} } = presets[name] ?? {};
    await using service = playedService(server, clock, preset, key);
    await liveThrough(service);
    const { operations }: Published = published[name] ?? { source: "", operations: {} };
    const used = new Set<string>();
    for (const sent of service.sent) {
      const operation = operationOf(sent, Object.keys(operations));
      expect(operation, `${sent.method} ${pathOf(sent)} is published`).toBeDefined();
      used.add(operation ?? "");
      for (const field of operations[operation ?? ""] ?? [])
        expect(await fieldsOf(sent), operation).toContain(field);
    }
    expect([...used].toSorted()).toEqual(Object.keys(operations).toSorted());
    expect(service.mistakes()).toEqual([]);
  });
});

/** Every call of the port, once. */
async function liveThrough({ provider, access, handOut }: PlayedService): Promise<void> {
  const name = "qt-app-k7m2p9x4w1-b3n8v5c2z6";
  const key = (await provider.create?.(name, access)) ?? (await handOut("by hand"));
  await provider.probe(key, access);
  await provider.facts?.(key, access);
  await provider.identify?.(key, access);
  const entry = (await provider.list?.(access))?.find((each) => each.name === name);
  if (entry) await provider.reveal?.(entry, access);
  const id = key.get("id")?.reveal() ?? "";
  await provider.disable?.(id, access);
  await provider.remove?.(id, access);
}

const pathOf = ({ path }: Outgoing): string => path.split("?")[0] ?? "";

/** The one with the fewest variable segments that fits. */
function operationOf(sent: Outgoing, known: readonly string[]): string | undefined {
  const asked = `${sent.method} ${pathOf(sent)}`;
  const fits = (operation: string) => {
    const [own, theirs] = [operation.split("/"), asked.split("/")];
    return (
      own.length === theirs.length && own.every((part, at) => part === "*" || part === theirs[at])
    );
  };
  return known.filter(fits).toSorted((a, b) => a.split("*").length - b.split("*").length)[0];
}

async function fieldsOf({ path, headers, body }: Outgoing): Promise<readonly string[]> {
  const query = new URLSearchParams(path.split("?")[1]);
  return [
    ...Object.keys(headers).map((name) => `header ${name.toLowerCase()}`),
    ...[...query.keys()].map((name) => `query ${name}`),
    ...(body ? await bodyFields(headers["Content-Type"] ?? "", body) : []),
  ];
}

async function bodyFields(type: string, body: Buffer): Promise<readonly string[]> {
  if (type === "application/json") return paths(JSON.parse(body.toString()));
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": type },
  }).formData();
  return [...form.keys()];
}

/** `data.attributes.name` for each value in an object. */
function paths(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => [
    key,
    ...paths(each).map((path) => `${key}.${path}`),
  ]);
}
