import { describe, expect, it } from "vitest";
import { loadCredential, rotators } from "../../lib/registry.ts";
import { GeneratedCredential } from "../../lib/rotators/generated/credential.ts";
import type { GeneratedSpec } from "../../lib/rotators/generated/value.ts";
import { LoginCredential } from "../../lib/rotators/login/credential.ts";
import type { LoginSpec } from "../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../lib/rotators/login/password.ts";
import { strategyTraits } from "../../lib/rotators/login/traits.ts";

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

describe("the registry", () => {
  it.each([
    [spec, LoginCredential],
    [generated, GeneratedCredential],
  ])("loads what rotates $type", async (spec, Credential) => {
    const credential = await loadCredential(spec);
    expect(credential).toBeInstanceOf(Credential);
    expect(credential.traits).toEqual(spec.traits);
  });

  it("covers every type", () => {
    expect(Object.keys(rotators)).toEqual([spec.type, generated.type]);
  });

  it.each(["oracle", "toString"])("refuses %s, for which it was not built", async (type) => {
    await expect(loadCredential({ ...spec, type })).rejects.toMatchObject({
      code: "UNKNOWN_TYPE",
      message: expect.stringContaining(type),
    });
  });
});
