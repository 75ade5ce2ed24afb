import { afterAll, describe, expect, it } from "vitest";
import { isExpired } from "../../../lib/manifest/manifest.ts";
import { loginOf, ManifestFolder } from "./manifest-folder.ts";

const folder = await ManifestFolder.make();
afterAll(() => folder[Symbol.dispose]());

const compile = folder.compile.bind(folder);
const variable = `\${stage}`;

describe("what holds for a secret", () => {
  const text = `
defaults: { schedule: rate(90 days), window: 6h, clusters: ['${variable}', tools], strategy: in-place }
stages:
  staging: { schedule: rate(180 days), clusters: [staging-2] }
  dev:
secrets:
  own: { schedule: rate(30 days), window: 2h, deadline: 3d }
  '${variable}/database/primary':
  only-here: { stages: [production, dev], connection: { host: 'app-${variable}.example.com' } }`;

  it("is what it says itself, else its stage's defaults, else the defaults", () => {
    expect(compile(text, { stage: "staging" })).toMatchObject({
      stage: "staging",
      secrets: {
        own: {
          schedule: { expression: "rate(30 days)", duration: "2h" },
          consumers: { clusters: ["staging-2"] },
          deadline: 3 * 86_400_000,
        },
        "staging/database/primary": {
          schedule: { expression: "rate(180 days)", duration: "6h" },
          consumers: { clusters: ["staging-2"] },
          credentials: [{ type: "postgres", strategy: "in-place" }],
        },
      },
    });
  });

  it("is of its stage, down to the names", () => {
    const names = (stage: string) => Object.keys(compile(text, { stage }).secrets);
    expect(names("production")).toEqual(["own", "production/database/primary", "only-here"]);
    expect(names("staging")).toEqual(["own", "staging/database/primary"]);
    expect(names("dev")).toEqual(["own", "dev/database/primary", "only-here"]);
    const { own, "only-here": onlyHere } = compile(text, { stage: "dev" }).secrets;
    expect(own?.consumers["clusters"]).toEqual(["dev", "tools"]);
    expect(loginOf(onlyHere).connection).toEqual({ host: "app-dev.example.com" });
  });
});

describe("a stage that the manifest does not declare", () => {
  const problems = (text: string) => {
    try {
      compile(text, { stage: "stagign" });
      return "";
    } catch (error) {
      return String(error);
    }
  };

  it("rotates no secret that other stages have, too", () => {
    const text = "stages: { staging: }\nsecrets:\n  app: { strategy: in-place }";
    expect(problems(text)).toContain(
      'rotation.yml:3: secrets.app: is the same secret in every stage, and the manifest does not declare the stage "stagign" (did you mean "staging"?): declare it',
    );
  });

  it("has what is its own, and nothing of a list without it", () => {
    const own = `'${variable}/app': { strategy: in-place }`;
    const listed = "app: { strategy: in-place, stages: [production] }";
    const text = `secrets: { ${own}, ${listed} }`;
    expect(Object.keys(compile(text, { stage: "stagign" }).secrets)).toEqual(["stagign/app"]);
  });
});

describe("the Region and the account of ARNs", () => {
  const arn = (region: string, account: string, name: string) =>
    `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`;
  const secrets = (...arns: string[]) =>
    `secrets:\n${arns.map((each) => `  ${each}: { strategy: in-place }\n`).join("")}`;

  it("must be those of the deployment", () => {
    const text = secrets(arn("eu-central-1", "111111111111", "app"));
    expect(() => compile(text, { region: "eu-central-1" })).not.toThrow();
    expect(() => compile(text)).not.toThrow();
    expect(() => compile(text, { region: "us-east-1" })).toThrow(
      /rotation\.yml:2: .*: is in eu-central-1, but the deployment is in us-east-1/,
    );
  });

  it("must be one account's, except those of keys", () => {
    const [one, other] = ["111111111111", "222222222222"].map((account) =>
      arn("eu-central-1", account, "app"),
    );
    expect(() => compile(secrets(`${one}`, `${other}`))).toThrow(
      /rotation\.yml:3: .*: is in account 222222222222, but .* is in 111111111111: one deployment/,
    );
    const kmsKey = "arn:aws:kms:eu-central-1:222222222222:key/1234";
    const text = `secrets: { ${one}: { strategy: in-place, kmsKey: "${kmsKey}" } }`;
    expect(() => compile(text)).not.toThrow();
  });
});

describe("what is just within the limits", () => {
  it.each([
    ["a window to midnight", 'schedule: "cron(0 22 1 * ? *)", window: 2h'],
    ["a window to the next one", "schedule: rate(4 hours), window: 4h, grace: 3h"],
    ["a window of a day", "window: 24h"],
    ["a grace to the deadline", "grace: 36h, deadline: 36h"],
    ["a grace beyond a day", "grace: 48h"],
    [
      "two rotations a day where all consumers are seen",
      "schedule: rate(12 hours), consumers: complete",
    ],
    [
      "a deadline of an hour where all consumers are seen",
      "deadline: 1h, consumers: { complete: true }",
    ],
    ["a grace to just before the next rotation", "schedule: rate(12 hours), grace: 11h"],
  ])("%s is taken", (_, said) => {
    expect(() => compile(`secrets:\n  app: { strategy: in-place, ${said} }`)).not.toThrow();
  });

  it("a name of 512 characters is taken", () => {
    const name = "a".repeat(512);
    expect(
      compile(JSON.stringify({ secrets: { [name]: { strategy: "in-place" } } })),
    ).toMatchObject({
      secrets: { [name]: {} },
    });
  });
});

describe("an administrator", () => {
  it("by default is nobody's own, and lets entries be empty", () => {
    const { secrets } = compile(`
defaults: { admin: '${variable}/admin' }
secrets:
  app: {}
  other: { admin: { secret: other-admin, host: db, port: 5433 } }
  production/admin: { strategy: in-place }`);
    expect(secrets["app"]?.credentials).toMatchObject([
      { type: "postgres", strategy: "alternating-users", admin: { secret: "production/admin" } },
    ]);
    expect(loginOf(secrets["other"]).admin).toEqual({
      secret: "other-admin",
      host: "db",
      port: 5433,
    });
    expect(secrets["production/admin"]?.credentials[0]).toMatchObject({ strategy: "in-place" });
    expect(loginOf(secrets["production/admin"]).admin).toBeUndefined();
  });

  it("has the key that is said of it, else that of its own entry, else the default", () => {
    const key = (id: string) => `arn:aws:kms:eu-central-1:123456789012:key/${id}`;
    const { secrets } = compile(`
defaults: { kmsKey: '${key("all")}' }
secrets:
  a: { admin: { secret: elsewhere, kmsKey: '${key("said")}' } }
  b: { admin: named }
  c: { admin: elsewhere }
  d: { admin: { secret: elsewhere, kmsKey: aws/secretsmanager } }
  named: { strategy: in-place, kmsKey: '${key("own")}' }
  plain: { strategy: in-place, kmsKey: aws/secretsmanager }`);
    const keys = Object.entries(secrets).map(([name, entry]) => [
      name,
      entry.kmsKey,
      loginOf(entry).admin?.kmsKey,
    ]);
    expect(keys).toEqual([
      ["a", key("all"), key("said")],
      ["b", key("all"), key("own")],
      ["c", key("all"), key("all")],
      ["d", key("all"), undefined],
      ["named", key("own"), undefined],
      ["plain", undefined, undefined],
    ]);
  });
});

describe("the one-line form", () => {
  it("is the same as a list of one credential", () => {
    const said = "admin: admin, urls: [URL], fields: { host: HOST }, password: { length: 40 }";
    const [short, long] = [`app: { ${said} }`, `app: { credentials: [{ ${said} }] }`].map((entry) =>
      compile(`secrets:\n  ${entry}`),
    );
    expect(short).toEqual(long);
    expect(short?.secrets["app"]?.credentials).toHaveLength(1);
  });
});

describe("several credentials in one secret", () => {
  it("take the defaults one by one", () => {
    const { secrets } = compile(`
defaults: { admin: admin }
secrets:
  app:
    credentials:
      - urls: [A_URL]
      - { strategy: in-place, fields: { password: B }, type: mysql, ca: rds }`);
    expect(secrets["app"]?.credentials).toMatchObject([
      { type: "postgres", strategy: "alternating-users", ca: undefined },
      { type: "mysql", strategy: "in-place", ca: "rds" },
    ]);
  });
});

describe("an exempt secret", () => {
  const until = (day: string) => `secrets:
  app: { strategy: in-place }
  '${variable}/vendor': { exempt: { reason: the vendor's console, until: ${day} } }`;
  const now = new Date("2027-03-01T23:59:59Z");

  it("is kept apart from those that rotate, and needs no other word", () => {
    const { secrets, exempt } = compile(until("2027-03-01"), { now });
    expect(Object.keys(secrets)).toEqual(["app"]);
    expect(exempt).toEqual([
      { secret: "production/vendor", reason: "the vendor's console", until: "2027-03-01" },
    ]);
  });

  it("is exempt to the end of its last day, in UTC", () => {
    const [exemption] = compile(until("2027-03-01")).exempt;
    expect(exemption && isExpired(exemption, now)).toBe(false);
    expect(exemption && isExpired(exemption, new Date(now.getTime() + 1000))).toBe(true);
  });

  it("may be of a type that does not exist yet", () => {
    const text =
      "secrets:\n  app: { exempt: { reason: no stripe yet, until: 2027-03-01 }, type: stripe }";
    expect(Object.keys(compile(text, { now }).secrets)).toEqual([]);
  });

  it("is checked in what else is said of it", () => {
    const text = "secrets:\n  app: { exempt: { reason: r, until: 2027-03-01 }, ca: missing.pem }";
    expect(() => compile(text)).toThrow("secrets.app.ca: cannot read the file missing.pem");
  });
});

describe("what is allowed and yet probably not meant is a warning", () => {
  it.each<[string, string, string]>([
    [
      "an exemption that is over",
      "secrets:\n  app: { strategy: in-place }\n  old: { exempt: { reason: r, until: 2027-02-28 } }",
      "rotation.yml:3: secrets.old.exempt.until: the exemption ended on 2027-02-28: let the secret rotate, or set a later day",
    ],
    [
      "a name that looks like an ARN's end",
      "secrets:\n  my-secret: { strategy: in-place }",
      "rotation.yml:2: secrets.my-secret: ends in a hyphen and six characters, as ARNs do, so AWS may take it for a part of one: use the whole ARN instead",
    ],
    [
      "a form of cron that AWS does not list",
      'secrets:\n  app:\n    strategy: in-place\n    schedule: "cron(0 2 15W * ? *)"',
      "rotation.yml:4: secrets.app.schedule: cron(0 2 15W * ? *): AWS's guide does not list 15W for days of the month for Secrets Manager, which may refuse it when you deploy",
    ],
    [
      "no secret for this stage",
      "stages: { dev: {} }\nsecrets:\n  app: { strategy: in-place, stages: [dev] }",
      "rotation.yml:2: secrets: nothing rotates in stage production: no secret is in this stage",
    ],
  ])("%s", (_, text, expected) => {
    const warnings: string[] = [];
    compile(text, { now: new Date("2027-03-01T00:00:00Z"), warnings });
    expect(warnings).toEqual([expected]);
  });

  it("and the manifest's own ARN is none", () => {
    const warnings: string[] = [];
    const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:my-secret-AbCdEf";
    compile(`secrets:\n  ${arn}: { strategy: in-place }`, { warnings });
    expect(warnings).toEqual([]);
  });
});
