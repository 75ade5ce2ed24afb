import { unanswered } from "../../validation/answers.ts";
import type { CredentialChecks } from "../../validation/checks.ts";
import { requireReplaceable } from "./generate.ts";
import type { GeneratedSpec } from "./value.ts";

/** Whether the fields exist, and whether a rotation may overwrite them. */
export const checks = {
  async check(spec: GeneratedSpec, { name, current, isOurs, earlier }, ask) {
    const replaceable = await ask((signal) =>
      requireReplaceable(current, spec, isOurs ? undefined : () => earlier(signal)),
    );
    return { spec, holds: [], findings: unanswered(name, "its generated value", replaceable) };
  },
} satisfies CredentialChecks;
