import { describe, expect, it } from "vitest";
import type { CredentialEntry } from "../../../../lib/manifest/type.ts";
import type { LoginKeys } from "../../../../lib/rotators/login/keys.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { rotator } from "../../../../lib/rotators/redis/rotator.ts";
import { redis, valkey } from "../../../../lib/rotators/redis/type.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

const types = { redis, valkey };

/** What the manifest means by these keys, and what it complains of. */
function completed(keys: LoginKeys, type: keyof typeof types = "redis") {
  const complaints: string[] = [];
  const entry: Partial<CredentialEntry<LoginKeys>> = {
    type,
    isTypeDeclared: true,
    keys,
    secret: "app",
    stage: "production",
    folder: ".",
    isOwn: (key) => key in keys,
    kmsKeyOf: () => undefined,
    oneHome: () => {},
    complain: (path, problem) => complaints.push(`${path.join(".")}: ${problem}`),
  };
  return { spec: types[type].complete(entry as CredentialEntry<LoginKeys>), complaints };
}

describe.each(["redis", "valkey"] as const)("type %s", (type) => {
  it("has two passwords by default, with an administrator and without", () => {
    for (const keys of [{}, { admin: "admin" }] as const) {
      const { spec, complaints } = completed(keys, type);
      expect(complaints).toEqual([]);
      expect(spec).toMatchObject({ strategy: "two-passwords", type: "redis" });
      expect(rotator.credential(spec).traits).toEqual(strategyTraits["two-passwords"]);
    }
  });

  it("is rotated in place where the manifest says so", () => {
    const keys = { strategy: "in-place", passwordForm: "plaintext" } as const;
    expect(completed(keys, type)).toMatchObject({ complaints: [], spec: { ...keys } });
  });

  it("gives a server no password itself unless it rotates in place", () => {
    expect(completed({ passwordForm: "plaintext" }, type).complaints).toEqual([
      "passwordForm: plaintext is for servers whose users cannot be changed: it sets requirepass, in place. Write `strategy: in-place`, or remove it: every other server accepts a hash",
    ]);
  });

  it("has no second user", () => {
    const { complaints } = completed({ strategy: "alternating-users", admin: "admin" }, type);
    expect(complaints).toEqual([
      expect.stringContaining(
        `type ${type} has no alternating-users: write \`strategy: two-passwords\` or \`strategy: in-place\``,
      ),
    ]);
  });
});

describe("a secret that names no user", () => {
  const keys = { urls: ["REDIS_URL"], fields: { password: "REDIS_PASSWORD" } };
  const credential = rotator.credential(completed(keys).spec);
  const documentOf = (value: object) =>
    new SecretDocument("AWSCURRENT", new Secret(JSON.stringify(value)));

  it.each(["rediss://:old@cache:6380/0", "rediss://default:old@cache:6380/0"])(
    "means the user default, and keeps its form: %s",
    async (url) => {
      const current = documentOf({ REDIS_URL: url, REDIS_PASSWORD: "old" });
      expect(credential.name(current)).toBe("user default on cache:6380");
      const history = { current } as never;
      const step = { randomInt: (below: number) => Math.floor(Math.random() * below) } as never;
      const next = await credential.next(history, true, current, step);
      const password = next.read("REDIS_PASSWORD");
      expect(next.read("REDIS_URL")).toBe(url.replace("old", String(password)));
      expect(credential.name(next)).toBe(credential.name(current));
    },
  );

  it("is told for other engines", () => {
    const current = documentOf({ REDIS_URL: "rediss://app:old@cache/0", REDIS_PASSWORD: "old" });
    expect(credential.name(current)).toBe("user app on cache:6379");
  });
});
