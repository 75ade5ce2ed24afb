import { describe, expect, it } from "vitest";
import type { CredentialEntry } from "../../../../lib/manifest/type.ts";
import type { LoginKeys } from "../../../../lib/rotators/login/keys.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { rotator } from "../../../../lib/rotators/mariadb/rotator.ts";
import { type } from "../../../../lib/rotators/mariadb/type.ts";

/** What the manifest means by these keys, and what it complains of. */
function completed(keys: LoginKeys) {
  const complaints: string[] = [];
  const entry: Partial<CredentialEntry<LoginKeys>> = {
    type: "mariadb",
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

describe("type mariadb", () => {
  it("is rotated in place", () => {
    const { spec, complaints } = completed({ strategy: "in-place" });
    expect(complaints).toEqual([]);
    expect(spec).toMatchObject({ strategy: "in-place", traits: strategyTraits["in-place"] });
    expect(rotator.credential(spec).traits).toEqual(strategyTraits["in-place"]);
  });

  it("takes an administrator for repairs", () => {
    expect(completed({ strategy: "in-place", admin: "admin" }).complaints).toEqual([]);
  });

  it("has two passwords by default, beside an administrator", () => {
    const { spec, complaints } = completed({ admin: "admin" });
    expect(complaints).toEqual([]);
    expect(spec.strategy).toBe("two-passwords");
  });

  it("has two users where it is told", () => {
    const { spec, complaints } = completed({ admin: "admin", strategy: "alternating-users" });
    expect(complaints).toEqual([]);
    expect(spec.strategy).toBe("alternating-users");
  });

  it.each<[string, LoginKeys, string]>([
    ["no default without one", {}, "no strategy: name an administrator's secret"],
    ["no two users without one", { strategy: "alternating-users" }, "needs an administrator"],
    ["no two passwords without one", { strategy: "two-passwords" }, "needs an administrator"],
  ])("has %s", (_, keys, problem) => {
    expect(completed(keys).complaints).toEqual([expect.stringContaining(problem)]);
  });
});
