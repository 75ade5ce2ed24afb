import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { presetIn } from "../../../../lib/rotators/http/read-preset.ts";
import { acme, acmeWith } from "./acme.ts";

function problems(text: string): string {
  try {
    presetIn("acme.yml", Buffer.from(text));
  } catch (error) {
    return String(error);
  }
  return "";
}

/** Acme's preset with another value at a path. */
function changed(path: string, value: unknown): string {
  const preset = parse(acme);
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  const parent = steps.reduce((node, step) => (node[step] ??= {}), preset);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return stringify(preset);
}

describe("a preset", () => {
  it("is data, in which spans are milliseconds", () => {
    expect(presetIn("acme.yml", Buffer.from(acme))).toMatchObject({
      preset: "acme",
      probe: { as: "key", host: "api", method: "GET", alive: { within: 60_000, every: 2000 } },
      list: { as: "admin", ok: [200] },
      retire: { remove: { gone: [404] } },
    });
  });

  it("is refused with file, line, path and remedy", () => {
    expect(problems(acme.replace("kind: issue", "kind: isue"))).toBe(
      'INVALID_MANIFEST: The manifest has a problem:\n  acme.yml:7: kind: must be one of issue, roll, roll-with-grace, supplied, not "isue" (did you mean "issue"?)\nCorrect it and build again; nothing was changed.',
    );
  });

  it.each<[string, unknown, string]>([
    ["version", 2, "version: must be one of 1, not 2"],
    ["preset", "Acme Inc", "must be lower-case letters, digits and hyphens, like resend"],
    ["checked", undefined, "checked: is missing"],
    ["list.pagging", {}, 'unknown key "pagging" (did you mean "paging"?)'],
    [
      "list.paging",
      { page: "page", size: 5 },
      'paging.size: unknown key "size" (known: page, first',
    ],
    ["list.path", "/keys/{param}", "{param} names no part"],
    ["auth.key", { headers: { X: "{key}" } }, "{key} names no part: write which one"],
    ["list.items", "data", "must be a JSON Pointer like /data/id"],
    ["list.path", "keys", "must begin with /"],
    ["list.path", "/keys?limit=1", "hold no ?, # or space"],
    ["list.host", "apo", '"apo" is not one of hosts (api) (did you mean "api"?)'],
    ["list.ok", [500], "must be an HTTP status from 200 to 299 or 400 to 499"],
    ["list.ok", [302], "must be an HTTP status from 200 to 299 or 400 to 499"],
    ["list.path", "/keys/{old.id}", "{old.id} stands for nothing here: known are {param…}"],
    [
      "list.path",
      "/keys/{param.tem}",
      '{param.tem} stands for nothing: known are {param.team}, {param.label} (did you mean "team"?)',
    ],
    [
      "list.path",
      "/keys/{param.label}",
      "{param.label} may be missing, and no request can be sent without it",
    ],
    ["list.path", "/keys/{team", "has a brace that is not a placeholder"],
    ["list.headers", { X: "{{team}}" }, "has a brace that is not a placeholder"],
    ["create.json", { token: "{admin.token}" }, "{admin.token} stands for nothing here"],
    ["create.json", { r: "{copied.rights}" }, "{copied.rights} stands for nothing: known are none"],
    ["create.json", { e: "{expires.iso}" }, "{expires.iso} stands for nothing: known are none"],
    ["create.form", { a: 1 }, "has several bodies: keep one of json, form and multipart"],
    ["create.result", { id: "/id" }, "has no secret, and no reveal has one"],
    ["create.result", { secret: "/key" }, "has no id, which is needed to delete the key"],
    ["create", undefined, "is issue, which needs create"],
    ["list", undefined, "is issue, which needs list"],
    ["list.name", undefined, "has no name, which is needed to find a key whose reply was lost"],
    ["kind", "supplied", "is not for a preset of kind supplied"],
    ["kind", "roll-with-grace", "roll-with-grace and grace belong together"],
    ["grace", { default: "1h", max: "2h" }, "roll-with-grace and grace belong together"],
    ["quiet", { lag: "15m" }, "needs list.lastUsed"],
    ["auth", {}, "has neither admin nor key"],
    ["auth.admin", undefined, "say that a key may manage its kind: admin.self: true"],
    ["auth.admin.hosts", ["other"], '"other" is not one of hosts'],
    ["auth.key", { headers: { X: "{admin.token}" } }, "{admin.token} stands for nothing here"],
    ["auth.key", { basic: ["api"] }, "auth.key"],
    ["probe.rules", [{ when: 200, is: "alive" }], "needs a rule for alive and one for dead"],
    [
      "probe.rules",
      [
        { when: 200, is: "alive" },
        { when: 403, is: "restricted" },
      ],
      "needs a rule for alive and one for dead",
    ],
    [
      "probe.rules",
      [
        { when: 200, is: "alive" },
        { when: { status: 401, pointer: "/m", matches: "(" }, is: "dead" },
      ],
      "is not a regular expression",
    ],
    ["probe.dead.every", "60s", "makes one look at a key take 120 s, and 20 s is the most"],
    ["probe.alive.within", "1 minute", "must be a whole number followed by s, m, h or d"],
    [
      "params.admin",
      { description: "x", pattern: "x" },
      "is a key of rotation.yml that means something else",
    ],
    [
      "params.schedule",
      { description: "x", pattern: "x" },
      "is a key of rotation.yml that means something else",
    ],
    ["params.x", { pattern: "x" }, "params.x"],
    ["hosts.api", "{param.label}.example.com", "{param.label} may be missing"],
    ["hosts.api", "{key.secret}.example.com", "{key.secret} stands for nothing here"],
    ["manual.console", "http://example.com", "must be an https URL"],
  ])("with %s: %j is refused", (path, value, problem) => {
    expect(problems(changed(path, value))).toContain(problem);
  });

  it("sends the headers of one side to no other host", () => {
    const text = acmeWith({
      hosts: { api: "api.example.com", other: "other.example.com" },
      facts: { host: "other", path: "/me", account: "/id" },
    });
    expect(problems(text)).toContain(
      "other is not among auth.key.hosts, and these headers go nowhere else",
    );
  });
});
