import { describe, expect, it } from "vitest";
import { knownTypes, loadCredential } from "../../lib/registry.ts";
import type { CredentialSpec } from "../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../lib/rotators/login/password.ts";

const spec: CredentialSpec = {
  type: "postgres",
  strategy: "in-place",
  fields: {},
  connection: {},
  urls: [],
  passwordForm: "verifier",
  password: defaultPolicy,
};

describe("the registry", () => {
  it.each(knownTypes)("loads what rotates %s", async (type) => {
    const credential = await loadCredential({ ...spec, type });
    expect(credential.engine.login).toBeTypeOf("function");
    expect(credential.traits.defaultPort).toBeGreaterThan(0);
  });

  it.each([
    { type: "oracle", strategy: "in-place" },
    { type: "postgres", strategy: "sideways" },
  ])("refuses $type / $strategy, for which it was not built", async (of) => {
    await expect(loadCredential({ ...spec, ...of })).rejects.toMatchObject({
      code: "UNKNOWN_TYPE",
      message: expect.stringContaining(`${of.type} / ${of.strategy}`),
    });
  });
});
