import { describe, expect, it } from "vitest";
import type { CredentialEntry } from "../../../../lib/manifest/type.ts";
import type { LoginKeys } from "../../../../lib/rotators/login/keys.ts";
import { type StrategyName, strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { rotator } from "../../../../lib/rotators/mysql/rotator.ts";
import { type } from "../../../../lib/rotators/mysql/type.ts";

/** What the manifest means by these keys, and what it complains of. */
function completed(keys: LoginKeys) {
  const complaints: string[] = [];
  const entry: Partial<CredentialEntry<LoginKeys>> = {
    type: "mysql",
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
  return { spec: type.complete(entry as CredentialEntry<LoginKeys>), complaints };
}

describe("type mysql", () => {
  it.each<[string, LoginKeys, StrategyName]>([
    ["by default", {}, "two-passwords"],
    ["with an administrator", { admin: "admin" }, "two-passwords"],
    ["where it is asked for", { strategy: "in-place" }, "in-place"],
    [
      "by two users where that is asked for",
      { admin: "admin", strategy: "alternating-users" },
      "alternating-users",
    ],
  ])("is rotated, %s", (_, keys, strategy) => {
    const { spec, complaints } = completed(keys);
    expect(complaints).toEqual([]);
    expect(spec).toMatchObject({ strategy, traits: strategyTraits[strategy] });
    expect(rotator.credential(spec).traits).toEqual(strategyTraits[strategy]);
  });

  it("takes a user that the manifest names", () => {
    const keys = { connection: { username: "app" }, admin: "admin" };
    expect(completed(keys).complaints).toEqual([]);
  });

  it("has two users only beside an administrator", () => {
    expect(completed({ strategy: "alternating-users" }).complaints).toEqual([
      expect.stringContaining("needs an administrator"),
    ]);
  });

  it("has one user by default", () => {
    const keys: LoginKeys = { users: { owner: "app", clone: "app_clone" } };
    expect(completed(keys).complaints).toEqual([
      "users: only alternating-users has two users: remove it",
    ]);
  });
});
