import { RotationError } from "../errors.ts";
import type { EmergencyAction } from "./request.ts";

/** Of alerts about what leaked and may be alive. */
const leakSafety = {
  full: "yes, for consumers, as far as this goes. But what leaked may still let strangers in.",
  brief: "What leaked may still work.",
};

const alive = (action: EmergencyAction) =>
  action === "leaked" ? " What leaked may still work." : "";

/** An emergency does not come to its end by itself. */
export class EmergencyUnfinished extends RotationError {
  constructor(
    id: string,
    action: EmergencyAction,
    open: readonly { readonly secret: string; readonly why: string }[],
  ) {
    const [first] = open;
    const more = open.length > 1 ? `, and ${open.length - 1} more` : "";
    super({
      code: "EMERGENCY_UNFINISHED",
      subject: id,
      happened: `Emergency ${id} is not finished after an hour: ${first?.secret}: ${first?.why}${more}.${alive(action)}`,
      remedy: `See what each secret waits for: npm run emergency -- --status --id ${id}. Fix that, then run the same command again: it continues.`,
    });
  }
}

/** Some secrets need a person. */
export class EmergencyRefused extends RotationError {
  constructor(
    id: string,
    action: EmergencyAction,
    refused: readonly {
      readonly happened: string;
      readonly remedy: string;
      readonly isOutage: boolean;
    }[],
  ) {
    const [first] = refused;
    const count = refused.length - 1;
    const more = count > 0 ? ` ${count} more also ${count > 1 ? "need" : "needs"} a person.` : "";
    super({
      code: "EMERGENCY_REFUSED",
      subject: id,
      happened: `Emergency ${id} (${action}) could not finish everything.${alive(action)} ${first?.happened}${more}`,
      remedy: `${first?.remedy} See each secret: npm run emergency -- --status --id ${id}.`,
    });
    if (refused.some(({ isOutage }) => isOutage)) this.impact = "outage";
    else if (action === "leaked") this.safety = leakSafety;
  }
}

/** The secret holds more than what people make, and that alone was replaced. */
export class KeyStays extends RotationError {
  constructor(secret: string, fields: readonly string[]) {
    const what = fields.join(" and ");
    super({
      code: "KEY_STAYS",
      happened: `What leaked of ${secret} in ${what} still works: people make it, so no function can replace it.`,
      remedy: `Make a new one in its provider's console, run npm run supply -- ${secret}, and delete the old one there.`,
    });
  }
}
