import { expect, it } from "vitest";
import type { CredentialSpec } from "../../../lib/manifest/type.ts";
import { UnknownType } from "../../../lib/rotation/errors.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { loadChecks } from "../../../lib/types.ts";
import { asker } from "../../../lib/validation/ask.ts";
import type { CheckedSecret, CredentialChecks } from "../../../lib/validation/checks.ts";
import { gatherSecret } from "../../../lib/validation/gather-secret.ts";
import { entry, name, state } from "./good-facts.ts";

const ask = asker(AbortSignal.timeout(10_000));
const text = '{"password":"canary"}';
const store = {
  describe: async () => state(),
  read: async () => new Secret(text),
  current: async () => undefined,
};
const spec: CredentialSpec = {
  type: "toy",
  strategy: "issue",
  traits: { oldWorksBeside: true, changesUsername: false, switches: false },
};
const gather = (checks: (spec: CredentialSpec) => Promise<CredentialChecks>) =>
  gatherSecret(name, { ...entry, credentials: [spec] }, { store, checks }, ask);

it("has each type ask and judge for itself", async () => {
  const seen: CheckedSecret[] = [];
  const checks: CredentialChecks = {
    replaced: (_, current, into) => ({
      name: "key 1",
      value: new Secret(current.read("password") ?? ""),
      document: into.with(new Map([["password", new Secret("another")]])),
    }),
    async check(spec, secret) {
      seen.push(secret);
      return { spec, findings: [], holds: [{ name: "key 1" }] };
    },
  };
  const facts = await gather(async () => checks);
  expect(facts.credentials).toEqual([{ spec, findings: [], holds: [{ name: "key 1" }] }]);
  expect(seen[0]?.current.read("password")).toBe("canary");
  expect(seen[0]?.isOurs).toBe(false);
});

it("finds a type that does not exist, and goes on", async () => {
  const facts = await gather(loadChecks);
  expect(facts.credentials).toEqual([
    {
      spec,
      holds: [],
      findings: [
        expect.objectContaining({ severity: "error", code: "UNKNOWN_TYPE", secret: name }),
      ],
    },
  ]);
  await expect(loadChecks(spec)).rejects.toBeInstanceOf(UnknownType);
});
