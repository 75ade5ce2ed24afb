import type { ConsumerType } from "../settlement/consumer.ts";
import type { ConsumerSurveyor } from "../validation/consumers.ts";
import { ecsOnAws } from "./ecs/aws.ts";
import { ecsConsumers } from "./ecs/consumer.ts";
import type { ConsumerTypeName } from "./types.ts";

/** THE list of consumer types at run time; the one at build time is in types.ts. */
const types = {
  ecs: () => ecsConsumers(ecsOnAws()),
} satisfies Record<ConsumerTypeName, () => ConsumerType & ConsumerSurveyor>;

/** All of them, in the account and Region of the environment. */
export const consumerTypes = () => Object.values(types).map((open) => open());
