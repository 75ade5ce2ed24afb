import type { ScopeKey } from "../manifest/scope.ts";
import { ecsType } from "./ecs/type.ts";
import type { ConsumerBuildType } from "./type.ts";

/** THE list of consumer types at build time; the one at run time is in registry.ts. */
export const consumerBuildTypes = {
  ecs: ecsType,
} satisfies Readonly<Record<string, ConsumerBuildType>>;

/** The keys of rotation.yml that the types bring. */
export const scopeKeys: Readonly<Record<string, ScopeKey>> = Object.assign(
  {},
  ...Object.values(consumerBuildTypes).map((type) => type.scopeKeys),
);

export type ConsumerTypeName = keyof typeof consumerBuildTypes;
