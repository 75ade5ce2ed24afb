import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SecretEntry } from "../../../../lib/manifest/manifest.ts";
import { loadCredential } from "../../../../lib/registry.ts";
import { httpProvider } from "../../../../lib/rotators/http/provider.ts";
import type { HttpSpec } from "../../../../lib/rotators/http/spec.ts";
import { KeyCredential } from "../../../../lib/rotators/key/credential.ts";
import { SuppliedCredential } from "../../../../lib/rotators/supplied/credential.ts";
import { typeList, typeOf } from "../../../../lib/types.ts";
import { ManifestFolder } from "../../manifest/manifest-folder.ts";
import { acme, acmeWith } from "./acme.ts";

let folder: ManifestFolder;

beforeAll(async () => {
  folder = await ManifestFolder.make();
  folder.add("acme.yml", acme);
});

afterAll(() => folder[Symbol.dispose]());

const compile = (text: string, stage = "production") =>
  folder.compile(text, { stage, types: typeList });

const isHttp = (spec: object | undefined): spec is HttpSpec =>
  spec !== undefined && "preset" in spec;

function specIn(entry: SecretEntry | undefined): HttpSpec {
  const spec = entry?.credentials[0];
  if (!isHttp(spec)) throw new Error(`no key of a preset: ${JSON.stringify(spec)}`);
  return spec;
}

/** The spec of one secret with these keys. */
const spec = (keys: string) => specIn(compile(`secrets: { app: { ${keys} } }`).secrets["app"]);

function problems(keys: string): string {
  try {
    spec(keys);
  } catch (error) {
    return folder.withoutItsName(String(error));
  }
  return "";
}

const resend = "type: resend, permission: sending_access, admin: resend-admin";
const file = "type: ./acme.yml, team: red, admin: acme-admin";

describe("the deadline", () => {
  const deadline = (keys: string) =>
    (compile(`secrets: { app: { ${keys} } }`).secrets["app"]?.deadline ?? 0) / 3_600_000;

  it("is later by what the old key takes to end, unless the manifest says when", () => {
    // Quiet for 15 minutes more than usual, and refused for 10.
    expect(deadline(resend)).toBeCloseTo(48 + 25 / 60);
    expect(deadline(`${resend}, deadline: 30h`)).toBe(30);
    // Disabled for a week.
    const sentry = "type: sentry, organization: acme, project: web, admin: sentry-admin";
    expect(deadline(sentry)).toBeGreaterThan(48 + 7 * 24);
    expect(deadline("type: iam, user: uploads")).toBeGreaterThan(50);
  });
});

describe("a preset's name", () => {
  it("is a type: the manifest carries the preset, and one rotator serves all", () => {
    const { credentials, place } = compile(`secrets: { app: { ${resend} } }`).secrets["app"] ?? {};
    expect(place).toBe("internet");
    expect(credentials).toMatchObject([
      {
        type: "http",
        strategy: "issue",
        traits: { oldWorksBeside: true, switches: false },
        preset: { preset: "resend", probe: { dead: { within: 600_000 } } },
        params: { permission: "sending_access" },
        hosts: { api: "api.resend.com" },
        fields: { secret: "api_key", id: "api_key_id" },
        adopt: false,
        admin: { secret: "resend-admin", fields: {} },
      },
    ]);
  });

  it("has the parameters as keys, and only its own", () => {
    expect(problems("type: resend, admin: a")).toContain(
      "secrets.app: needs permission: What the key may do. The provider does not show it again.",
    );
    expect(problems("type: resend, permission: sending_acces, admin: a")).toContain(
      'must be one of full_access, sending_access, not "sending_acces" (did you mean "sending_access"?)',
    );
    expect(problems(`${resend}, domain_id: here`)).toContain("must fit [0-9a-f-]{36}");
    expect(problems(`${resend}, project: p`)).toContain(
      "belongs to type atlas, gitlab-project-token, google-api-key or 2 others, but",
    );
    expect(problems(`${resend}, permision: x`)).toContain('did you mean "permission"?');
  });

  it("fills in defaults, and hosts that a parameter names", () => {
    const google = "type: google-api-key, project: my-project, admin: g";
    expect(spec(google)).toMatchObject({
      params: { api: "safebrowsing", probe_path: "v4/threatLists" },
      hosts: { probed: "safebrowsing.googleapis.com" },
    });
    expect(spec(`${google}, api: maps`).hosts["probed"]).toBe("maps.googleapis.com");
    expect(problems(`${google}, api: evil.com/`)).toContain("must fit [a-z]{2,40}");
  });

  it("is told when it is not known", () => {
    expect(problems("type: resendd")).toContain('unknown type "resendd" (did you mean "resend"?)');
  });
});

describe("a preset in a file beside the manifest", () => {
  it("is a type as well, with the secret's own schedule", () => {
    const { secrets } = compile(`secrets: { app: { ${file}, schedule: rate(7 days), label: x } }`);
    expect(secrets["app"]?.schedule).toEqual({ expression: "rate(7 days)" });
    expect(specIn(secrets["app"])).toMatchObject({
      type: "http",
      preset: { preset: "acme" },
      params: { team: "red", label: "x" },
    });
  });

  it("can stand in a list of credentials", () => {
    const listed = `[{ ${file}, field: A }, { ${resend}, field: B }]`;
    const { credentials } =
      compile(`secrets: { app: { credentials: ${listed} } }`).secrets["app"] ?? {};
    expect(credentials?.map((each) => (isHttp(each) ? each.preset.preset : ""))).toEqual([
      "acme",
      "resend",
    ]);
  });

  it("is checked like the manifest: file, line, path, remedy", () => {
    folder.add("broken.yml", acmeWith({ kind: "isue", list: { path: "/keys" } }));
    expect(problems("type: ./broken.yml")).toMatch(
      /broken\.yml:\d+: kind: must be one of issue, roll, roll-with-grace, supplied, not "isue" \(did you mean "issue"\?\)[\s\S]*broken\.yml:\d+: list\.items: is missing/,
    );
    expect(problems("type: ./nowhere.yml")).toMatch(
      /rotation\.yml:1: secrets\.app\.type: there is no file .*nowhere\.yml: correct its path/,
    );
  });

  it("has the keys of its parameters, and no others", () => {
    expect(problems(`${file}, tem: x`)).toContain('unknown key "tem" (did you mean "team"?)');
    expect(problems("type: ./acme.yml, admin: a")).toContain("needs team: The team.");
    expect(problems("type: ./acme.yml, admin: a, team: 7")).toContain(
      "team: must be a string, not 7",
    );
  });

  it("is no default: each secret names its own", () => {
    expect(() => compile("{ defaults: { type: ./acme.yml }, secrets: { app: } }")).toThrow(
      'unknown type "./acme.yml"',
    );
  });
});

describe("the fields of a key", () => {
  it.each<[string, object]>([
    ["", { secret: "api_key", id: "api_key_id" }],
    ["field: RESEND_KEY", { secret: "RESEND_KEY", id: "RESEND_KEY_id" }],
    ["field: /resend/key", { secret: "/resend/key", id: "/resend/key_id" }],
    ["fields: { id: KEY_ID }", { secret: "api_key", id: "KEY_ID" }],
    ["field: K, fields: { id: KEY_ID }", { secret: "K", id: "KEY_ID" }],
  ])("%s", (keys, fields) => {
    expect(spec(`${resend}${keys && `, ${keys}`}`).fields).toEqual(fields);
  });

  it("may be the whole secret only where the provider knows a key by itself", () => {
    const sendgrid = "type: sendgrid, admin: s, plain: true";
    expect(spec(sendgrid).fields).toEqual({ secret: "" });
    expect(compile(`secrets: { app: { ${sendgrid} } }`).secrets["app"]?.shape).toBe("plain");
    expect(problems(`${resend}, plain: true`)).toContain(
      "secrets.app.plain: needs a provider that identifies a key by its value alone, which Resend does not",
    );
    expect(problems(`${sendgrid}, field: X`)).toContain("the secret is the key itself");
  });

  it("are claimed, so that nothing else is rotated in them", () => {
    const both = (id: string) =>
      `credentials: [{ ${resend} }, { ${resend}, field: B, fields: { id: ${id} } }]`;
    expect(problems(both("api_key"))).toContain(
      "the field api_key is already rotated by credentials.0",
    );
    expect(problems(both("B"))).toContain("the field B would hold two parts of the key");
    expect(problems(both("C"))).toBe("");
  });
});

describe("the administrator", () => {
  it("is required where the preset has one", () => {
    expect(problems("type: resend, permission: full_access")).toContain(
      "secrets.app: needs admin: the name of a secret with an API key with full_access",
    );
  });

  it("is read by the functions, with its KMS key", () => {
    const key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd";
    const found = spec(
      `${resend.replace("resend-admin", `{ secret: "$\{stage}/admin", kmsKey: "${key}" }`)}, adminField: token`,
    );
    const admin = { secret: "production/admin", kmsKey: key, fields: { api_key: "token" } };
    expect(found.admin).toEqual(admin);
    expect(typeOf(found)?.reads(found)).toEqual([admin]);
  });

  it.each([
    ["app", "is this secret itself"],
    ["a b", "only letters, digits"],
    ["arn:aws:s3:::x", "is an ARN of s3"],
  ])("cannot be %s", (name, problem) => {
    expect(problems(`type: resend, permission: full_access, admin: "${name}"`)).toContain(problem);
  });
});

describe("a key that is rolled", () => {
  const create = { method: "POST", path: "/rotate", result: { secret: "/key" } };

  it("must be wanted, and has no id where the provider gives none", () => {
    folder.add("rolled.yml", acmeWith({ kind: "roll", create, list: undefined, retire: {} }));
    const rolled = "type: ./rolled.yml, team: red, admin: a";
    expect(problems(rolled)).toContain("needs `strategy: roll`: Acme ends the old key in the call");
    expect(spec(`${rolled}, strategy: roll`)).toMatchObject({
      strategy: "roll",
      traits: { oldWorksBeside: false, switches: true, rolls: true },
      fields: { secret: "api_key" },
    });
    expect(spec(`${rolled}, strategy: roll`).fields).not.toHaveProperty("id");
    expect(problems(`${resend}, strategy: roll`)).toContain("belongs to type postgres");
  });

  it("works on for a time that the manifest or the preset says, up to the provider's limit", () => {
    const changes = {
      kind: "roll-with-grace",
      grace: { default: "4d", max: "7d" },
      expiry: { max: "365d" },
    };
    folder.add("rolling.yml", acmeWith(changes));
    const rolling = "type: ./rolling.yml, team: red, admin: a";
    const day = 86_400e3;
    expect(spec(rolling)).toMatchObject({
      strategy: "roll-with-grace",
      traits: { endsOldAfter: 4 * day, endingTime: 4 * day + 600e3 },
    });
    expect(spec(rolling).traits).not.toHaveProperty("expiresAfter");
    expect(spec(`${rolling}, oldEndsAfter: 5d, expiresAfter: 200d`).traits).toMatchObject({
      endsOldAfter: 5 * day,
      expiresAfter: 200 * day,
    });
    expect(problems(`${rolling}, oldEndsAfter: 95h`)).toContain(
      "ends the old key 95h after a rotation, but an unsettled secret alerts only after 48h: let it live at least twice as long as that (oldEndsAfter)",
    );
    expect(problems(`${rolling}, expiresAfter: 179d`)).toContain(
      "ends a new key after 179 days, and it rotates every 90 days: let it live at least twice as long as that (expiresAfter), so that a rotation that fails can be repeated, or rotate more often",
    );
    expect(problems(`${rolling}, expiresAfter: 80h, schedule: rate(40 hours)`)).toBe("");
    expect(problems(`${rolling}, expiresAfter: 79h, schedule: rate(40 hours)`)).toContain(
      "after 79h, and it rotates every 40h",
    );
    expect(problems(`${rolling}, oldEndsAfter: 8d`)).toContain("is longer than 168h");
    expect(problems(`${resend}, oldEndsAfter: 8d`)).toContain("belongs to type clerk-secret-key");
  });
});

describe("what rotation.yml names", () => {
  it("is told in its own words", () => {
    const two = "credentials: [{ type: generated, format: hex, field: K }, {";
    expect(problems(`${two} ${resend}, field: K }]`)).toContain(
      "credentials.1.field: the field K is already rotated by credentials.0: name another field under field",
    );
    expect(spec(resend)).toMatchObject({ type: "http", label: "resend" });
    expect(spec("type: stripe")).toMatchObject({ type: "http", label: "stripe" });
  });

  it("is written in quotes where YAML would read a number", () => {
    expect(problems("type: gitlab-project-token, project: 4321, admin: a")).toContain(
      'must be a string, like "4321", not 4321: write it in quotes',
    );
  });

  it.each([
    ["google", '(did you mean "google-api-key"?)'],
    ["openai", '(did you mean "openai-admin-key" or "openai-project-key"?)'],
    ["providers/acme.yml", "begins with ./ or ../, like ./providers/acme.yml"],
    ["/etc/acme.yml", "begins with ./ or ../, like ./etc/acme.yml"],
    ["vendor", "write a preset (docs/write-a-preset.md)"],
  ])("%s is no type, and which one may be meant is said", (type, problem) => {
    expect(problems(`type: ${type}`)).toContain(problem);
  });
});

describe("a key that a person makes", () => {
  const changes = {
    kind: "supplied",
    create: undefined,
    manual: { console: "https://example.com/keys", shape: "k_[a-z]{4}" },
  };
  const supplied = "type: ./supplied.yml, team: red";

  it("is supplied, and its provider is asked about it", () => {
    folder.add("supplied.yml", acmeWith(changes));
    const console = "https://example.com/keys";
    expect(spec(`${supplied}, every: 60d`)).toMatchObject({
      type: "http",
      strategy: "supply",
      supply: { field: "api_key", console, every: 60 * 86_400e3 },
      fields: { secret: "api_key" },
      shape: "k_[a-z]{4}",
      prefix: "",
      adopt: true,
      console,
      preset: { preset: "acme" },
      params: { team: "red" },
    });
    expect(spec(`${supplied}, plain: true`)).toMatchObject({
      supply: { field: "" },
      fields: { secret: "" },
    });
    expect(problems(`${supplied}, every: 1h`)).toContain("is less than a day");
  });

  it("needs no administrator; without one only the key itself is asked", () => {
    const alone = httpProvider(spec(supplied));
    expect(Object.keys(alone).toSorted()).toEqual(["name", "probe", "scope", "traits"]);
    const managed = httpProvider(
      spec(`${supplied}, admin: acme-admin, fields: { id: api_key_id }`),
    );
    expect(managed).toMatchObject({ list: expect.any(Function), remove: expect.any(Function) });
    expect(managed).not.toHaveProperty("create");
  });

  it("is a SuppliedCredential at run time", async () => {
    expect(await loadCredential(spec(supplied))).toBeInstanceOf(SuppliedCredential);
    expect(await loadCredential(spec(resend))).toBeInstanceOf(KeyCredential);
  });
});
