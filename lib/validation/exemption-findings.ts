import { isExpired, type Manifest } from "../manifest/manifest.ts";
import { type Finding, finding } from "./finding.ts";

/** Which secrets deliberately do not rotate, and which of them should again. Pure, and needs no account. */
export function exemptionFindings(exempt: Manifest["exempt"], now: Date): readonly Finding[] {
  return exempt.map((exemption) => {
    const { secret, reason, until } = exemption;
    return !isExpired(exemption, now)
      ? finding({
          severity: "note",
          code: "EXEMPT",
          secret,
          what: `It does not rotate until ${until}: ${reason}`,
        })
      : finding({
          severity: "error",
          code: "EXEMPTION_EXPIRED",
          secret,
          what: `Its exemption from rotation ended on ${until}: ${reason}`,
          remedy:
            "Let it rotate: remove exempt in rotation.yml; or set a later until for the exemption.",
        });
  });
}
