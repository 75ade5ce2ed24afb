import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** The Region that calls go to, by the environment or the profile; `undefined` where neither says one. */
export async function callerRegion(): Promise<string | undefined> {
  // The SDK throws where it finds none, which is the one failure that it has here.
  return new SecretsManagerClient({}).config.region().catch(() => undefined);
}
