import { consumerBuildTypes } from "../lib/consumers/types.ts";
import { arn } from "./cloudformation.ts";
import type { Deployment } from "./deployment.ts";
import type { Statement } from "./grants.ts";

/** What settlement needs to find and roll consumers of every type. */
export function findAndRollConsumers({ manifest }: Deployment): Statement[] {
  const scopes = Object.values(manifest.secrets).map(({ consumers }) => consumers);
  return Object.values(consumerBuildTypes).flatMap((type) => type.grants(scopes, arn));
}
