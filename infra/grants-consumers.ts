import { consumerBuildTypes } from "../lib/consumers/types.ts";
import { arn } from "./cloudformation.ts";
import type { Deployment } from "./deployment.ts";
import type { Statement } from "./grants.ts";

/** To find consumers of every type. */
export const findConsumers = (): Statement[] =>
  Object.values(consumerBuildTypes).flatMap((type) => type.findGrants(arn));

/** To find them, and to roll those that hold an old value. */
export function findAndRollConsumers({ manifest }: Deployment): Statement[] {
  const scopes = Object.values(manifest.secrets).map(({ consumers }) => consumers);
  const roll = Object.values(consumerBuildTypes).flatMap((type) => type.rollGrants(scopes, arn));
  return [...findConsumers(), ...roll];
}
