import type { Alert } from "./alert.ts";
import type { AlertContext } from "./alert-context.ts";
import { ascii, smsLength, subjectLength } from "./ascii.ts";

/** An alert that a person sends to check that alerts arrive. */
export function testAlert(context: Pick<AlertContext, "environment" | "region" | "at">): Alert {
  const { environment, region } = context;
  const at = context.at.toISOString();
  const attributes = { severity: "info", environment, code: "TEST" };
  return {
    subject: ascii(`[info] Quarterturn test alert (${environment})`, subjectLength),
    text: `This is a test alert from Quarterturn (${environment}, ${region}, ${at}). Nothing has happened; alerts reach you here.`,
    sms: ascii(`INFO ${environment}: Quarterturn test alert, nothing has happened`, smsLength),
    event: {
      source: "quarterturn",
      kind: "test",
      ...attributes,
      region,
      at,
      deduplicationKey: `test/${environment}/${at}`,
    },
    attributes,
  };
}
