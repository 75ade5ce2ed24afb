import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { manifestFor } from "../../../lab/examples/manifest.ts";

const names = readdirSync("examples", { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Paths of what is not the same in both, or in one of them only. */
function differences(one: unknown, other: unknown, path = ""): string[] {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other)
    return one === other ? [] : [path];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) =>
    differences(Reflect.get(one, key), Reflect.get(other, key), `${path}/${key}`),
  );
}

describe("the manifest of a run", () => {
  it.each(names)("is %s's own, with other hosts, ports and authority", (name) => {
    const text = readFileSync(`examples/${name}/rotation.yml`, "utf8");
    const run = manifestFor(text, { host: "127.0.0.1", port: 5433 });
    const found = differences(parse(text), run);
    expect(found).toContain(/defaults:/.test(text) ? "/defaults/ca" : "/defaults");
    const allowed = /^\/defaults(\/ca)?$|\/connection\/(host|port)$/;
    expect(found.filter((path) => !allowed.test(path))).toEqual([]);
  });

  it("keeps what else is said", () => {
    const text = "defaults: { grace: 15m }\nsecrets: {}";
    expect(manifestFor(text, { host: "127.0.0.1", port: 5433 })).toEqual({
      defaults: { grace: "15m", ca: "ca.pem" },
      secrets: {},
    });
  });
});
