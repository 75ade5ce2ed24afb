import { ecsType } from "./ecs/type.ts";
import type { ConsumerBuildType } from "./type.ts";

/** THE list of consumer types at build time; the one at run time is in registry.ts. */
export const consumerBuildTypes = {
  ecs: ecsType,
} satisfies Readonly<Record<string, ConsumerBuildType>>;

export type ConsumerTypeName = keyof typeof consumerBuildTypes;
