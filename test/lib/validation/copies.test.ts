import { expect, it } from "vitest";
import type { CredentialSpec } from "../../../lib/manifest/type.ts";
import type { GeneratedSpec } from "../../../lib/rotators/generated/value.ts";
import { SecretDocument } from "../../../lib/secret/document.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { loadChecks } from "../../../lib/types.ts";
import type { CheckedSecret } from "../../../lib/validation/checks.ts";
import { copyFindings } from "../../../lib/validation/copies.ts";
import { spec as login, name } from "./good-facts.ts";

const password = "canary-0123456789";
const key: GeneratedSpec = {
  type: "generated",
  strategy: "generate",
  traits: { oldWorksBeside: false, changesUsername: false, switches: false },
  field: "KEY",
  prefix: "",
  format: { kind: "hex", bytes: 16 },
};
const withCopies: typeof login = { ...login, copies: ["PASS"] };
const withReader: typeof login = {
  ...login,
  urls: ["READER"],
  otherHosts: ["reader.internal"],
};
const base = { host: "db.internal", username: "app", password };

async function found(value: object, ...specs: readonly CredentialSpec[]) {
  const current = new SecretDocument(`AWSCURRENT of ${name}`, new Secret(JSON.stringify(value)));
  const secret: CheckedSecret = {
    name,
    arn: "arn",
    current,
    isOurs: false,
    async *earlier() {},
    describe: async () => ({ known: undefined }),
    read: async () => undefined,
  };
  const replacements = await Promise.all(
    specs.map(async (spec) => {
      const checks = await loadChecks(spec);
      return (into: SecretDocument) => checks.replaced(spec, current, into);
    }),
  );
  const findings = copyFindings(secret, replacements);
  expect(JSON.stringify(findings)).not.toContain("canary");
  return findings.map(({ severity, code, what, remedy }) => {
    expect([severity, Boolean(remedy)]).toEqual(["error", true]);
    return `${code} ${what}`;
  });
}

const reader = `postgresql://app:${password}@reader.internal:5432/app`;
const copy = (field: string) =>
  `COPY_UNDECLARED AWSCURRENT of ${name}: the field "${field}" also holds the value of user app on db.internal:5432, and would keep the old one.`;

it.each<[string, object, CredentialSpec[], string[]]>([
  ["none", base, [login], []],
  [
    "every copy of a password",
    { ...base, PASS: password, READER: reader },
    [login],
    [copy("PASS"), copy("READER")],
  ],
  ["no copy that is declared", { ...base, PASS: password }, [withCopies], []],
  ["no URL that is declared to lead elsewhere", { ...base, READER: reader }, [withReader], []],
  ["no field that another credential writes", { ...base, KEY: password }, [login, key], []],
  [
    "a copy of a generated value",
    { KEY: password, OTHER: password },
    [key],
    [
      `COPY_UNDECLARED AWSCURRENT of ${name}: the field "OTHER" also holds the value of the generated value in KEY, and would keep the old one.`,
    ],
  ],
  [
    "nothing where a field is missing, which is another finding",
    { ...base, PASS: password },
    [key],
    [],
  ],
])("finds %s", async (_, value, specs, expected) => {
  expect(await found(value, ...specs)).toEqual(expected);
});
