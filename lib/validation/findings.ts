import { accountFindings } from "./account-findings.ts";
import { consumerFindings } from "./consumer-findings.ts";
import { exemptionFindings } from "./exemption-findings.ts";
import type { Facts } from "./facts.ts";
import { addressedTo, type Finding } from "./finding.ts";
import { sameLogins } from "./same-logins.ts";
import { secretFindings } from "./secret-findings.ts";

/**
 * What the facts mean for the rotations of this manifest. Pure.
 * @param caller who gathered the facts, for remedies: `the credentials of this shell`
 */
export function findings(facts: Facts, caller: string): readonly Finding[] {
  const { now, manifest, secrets } = facts;
  const all = [
    ...exemptionFindings(manifest.exempt, now),
    ...secrets.flatMap((secret) => [
      ...secretFindings(secret, { now, stage: manifest.stage }),
      ...secret.credentials.flatMap((credential) => credential.findings),
      ...(secret.copies ?? []),
      ...consumerFindings(secret),
    ]),
    ...sameLogins(secrets),
    ...accountFindings(facts),
  ];
  return all.map((finding) => addressedTo(caller, finding));
}
