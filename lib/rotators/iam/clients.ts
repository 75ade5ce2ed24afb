import { IAMClient, type IAMClientConfig } from "@aws-sdk/client-iam";
import { onDemand } from "../../on-demand.ts";
import { around, onlyFromAws } from "./from-aws.ts";
import type { Clients } from "./user-api.ts";

/** On the account that the environment names. */
export const iamClients = (): Clients => ({
  iam: onDemand(() => iamClient({})),
  once: onDemand(() => iamClient({ maxAttempts: 1 })),
});

function iamClient(config: IAMClientConfig): IAMClient {
  const client = new IAMClient(config);
  client.middlewareStack.add(onlyFromAws, around);
  return client;
}
