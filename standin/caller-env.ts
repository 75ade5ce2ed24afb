import { randomBytes } from "node:crypto";

/** Signatures are not checked, so any secret access key will do. */
export function callerEnv(
  endpoint: string,
  region: string,
  principal: string,
): Record<string, string> {
  if (!/^[\w-]{1,128}$/.test(principal)) throw new Error(`Not a principal: ${principal}`);
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: principal,
    AWS_SECRET_ACCESS_KEY: randomBytes(30).toString("base64url"),
  };
}
