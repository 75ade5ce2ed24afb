/** Where this function runs. */
export const place = {
  /** The stage, e.g. `production`. */
  environment: process.env["ENVIRONMENT"] ?? "unknown",
  /** The AWS account's id. */
  account: process.env["ALERT_TOPIC_ARN"]?.split(":")[4] ?? "unknown",
  region: process.env["AWS_REGION"] ?? "unknown",
  /** URL of the page of docs/runbook.md. */
  runbook: process.env["RUNBOOK_URL"],
  functionName: process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? "unknown",
};
