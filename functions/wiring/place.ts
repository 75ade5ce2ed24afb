import type { Place } from "../../lib/reporting/step-report.ts";

/** Where this function runs. */
export const place: Place = {
  environment: process.env["ENVIRONMENT"] ?? "unknown",
  region: process.env["AWS_REGION"] ?? "unknown",
};
