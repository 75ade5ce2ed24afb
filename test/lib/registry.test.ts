import { describe, expect, it } from "vitest";
import { loadCredential, rotators } from "../../lib/registry.ts";
import { GeneratedCredential } from "../../lib/rotators/generated/credential.ts";
import type { GeneratedSpec } from "../../lib/rotators/generated/value.ts";
import { LoginCredential } from "../../lib/rotators/login/credential.ts";
import type { LoginSpec } from "../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../lib/rotators/login/password.ts";
import { strategyTraits } from "../../lib/rotators/login/traits.ts";
import { mariadb } from "../../lib/rotators/mariadb/mariadb.ts";
import { SuppliedCredential } from "../../lib/rotators/supplied/credential.ts";
import { anyShape, type SuppliedSpec } from "../../lib/rotators/supplied/value.ts";

const spec: LoginSpec = {
  type: "postgres",
  strategy: "in-place",
  traits: strategyTraits["in-place"],
  fields: {},
  connection: {},
  urls: [],
  passwordForm: "verifier",
  password: defaultPolicy,
};

const generated: GeneratedSpec = {
  type: "generated",
  strategy: "generate",
  traits: { oldWorksBeside: false, changesUsername: false, switches: false },
  field: "key",
  prefix: "",
  format: { kind: "hex", bytes: 32 },
};

const supplied: SuppliedSpec = {
  type: "supplied",
  strategy: "supply",
  traits: { oldWorksBeside: true, changesUsername: false, switches: false },
  supply: { field: "api_key" },
  fields: { secret: "api_key" },
  adopt: true,
  prefix: "",
  shape: anyShape,
};

describe("the registry", () => {
  it.each([
    [spec, LoginCredential],
    [generated, GeneratedCredential],
    [supplied, SuppliedCredential],
  ])("loads what rotates $type", async (spec, Credential) => {
    const credential = await loadCredential(spec);
    expect(credential).toBeInstanceOf(Credential);
    expect(credential.traits).toEqual(spec.traits);
  });

  it("covers every type", () => {
    const here = [spec.type, generated.type, supplied.type];
    // Tested beside their own providers.
    const engines = [
      "postgres",
      "mariadb",
      "mysql",
      "redis",
      "rds-master",
      "elasticache",
      "elasticache-auth-token",
      "memorydb",
      "mongodb",
      "atlas",
    ];
    expect(Object.keys(rotators)).toEqual([...engines, ...here.slice(1), "iam", "http"]);
  });

  it("gives a rotator the one that the credential uses", async () => {
    const master = { ...spec, type: "rds-master", uses: "mariadb", database: {}, proof: "login" };
    const credential = await loadCredential(master);
    expect(credential).toMatchObject({ parts: { engine: mariadb } });
    await expect(loadCredential({ ...master, uses: "oracle" })).rejects.toMatchObject({
      code: "UNKNOWN_TYPE",
    });
  });

  it.each(["oracle", "toString"])("refuses %s, for which it was not built", async (type) => {
    await expect(loadCredential({ ...spec, type })).rejects.toMatchObject({
      code: "UNKNOWN_TYPE",
      message: expect.stringContaining(type),
    });
  });
});
