import { accountFindings } from "./account-findings.ts";
import { consumerFindings } from "./consumer-findings.ts";
import { credentialFindings, generatedFindings } from "./credential-findings.ts";
import { exemptionFindings } from "./exemption-findings.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { sameLogins } from "./same-logins.ts";
import { secretFindings } from "./secret-findings.ts";

/** What the facts mean for the rotations of this manifest. Pure. */
export function findings(facts: Facts): readonly Finding[] {
  const { now, manifest, secrets } = facts;
  return [
    ...exemptionFindings(manifest.exempt, now),
    ...secrets.flatMap((secret) => [
      ...secretFindings(secret, { now, stage: manifest.stage }),
      ...secret.credentials.flatMap((credential) => credentialFindings(secret.name, credential)),
      ...generatedFindings(secret),
      ...consumerFindings(secret),
    ]),
    ...sameLogins(secrets),
    ...accountFindings(facts),
  ];
}
