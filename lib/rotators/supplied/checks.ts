import type { SecretDocument } from "../../secret/document.ts";
import { FieldMissing } from "../../secret/errors.ts";
import { Secret } from "../../secret/secret.ts";
import { unanswered } from "../../validation/answers.ts";
import type { CredentialChecks } from "../../validation/checks.ts";
import { withKey } from "../key/key.ts";
import { SuppliedCredential } from "./credential.ts";
import { partsIn, type SuppliedSpec } from "./value.ts";

/** Whether the fields exist. */
export const checks = {
  replaced(spec: SuppliedSpec, current, into) {
    const credential = new SuppliedCredential(spec);
    const parts = Object.keys(spec.fields).map((part) => [part, new Secret("replaced")] as const);
    const document = withKey(into, spec, new Map(parts));
    return { name: credential.name(), value: credential.holding(current).value, document };
  },
  async check(spec: SuppliedSpec, { name, current }, ask) {
    const held = await ask(async () => requireKey(name, spec, current));
    return { spec, holds: [], findings: unanswered(name, "its key", held) };
  },
} satisfies CredentialChecks;

/** @throws FieldMissing */
function requireKey(secret: string, spec: SuppliedSpec, current: SecretDocument): void {
  for (const field of Object.values(spec.fields))
    if (!current.has(field))
      throw new FieldMissing(current.where, `field ${JSON.stringify(field)}`);
  if (partsIn(current, spec).has("secret")) return;
  const remedy = `Hand over the first one: npm run supply -- ${secret}`;
  throw new FieldMissing(current.where, `key in ${JSON.stringify(spec.supply.field)} yet`, remedy);
}
