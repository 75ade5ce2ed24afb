import { Secret } from "../../secret/secret.ts";
import { unanswered } from "../../validation/answers.ts";
import type { CredentialChecks } from "../../validation/checks.ts";
import { GeneratedCredential } from "./credential.ts";
import { requireReplaceable } from "./generate.ts";
import type { GeneratedSpec } from "./value.ts";

/** Whether the fields exist, and whether a rotation may overwrite them. */
export const checks = {
  replaced(spec: GeneratedSpec, current, into) {
    const credential = new GeneratedCredential(spec);
    const { field, previous } = spec;
    const values = new Map([[field, new Secret("replaced")]]);
    for (const each of [previous?.field, previous?.expiresAt])
      if (each !== undefined && into.has(each)) values.set(each, new Secret("replaced"));
    const document = into.with(values);
    return { name: credential.name(), value: credential.holding(current).value, document };
  },
  async check(spec: GeneratedSpec, { name, current, isOurs, earlier }, ask) {
    const replaceable = await ask((signal) =>
      requireReplaceable(current, spec, isOurs ? undefined : () => earlier(signal)),
    );
    return { spec, holds: [], findings: unanswered(name, "its generated value", replaceable) };
  },
} satisfies CredentialChecks;
