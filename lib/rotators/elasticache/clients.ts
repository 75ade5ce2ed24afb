import { ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { onDemand } from "../../on-demand.ts";

/** On the account that the environment names. */
export const elastiCacheClient = onDemand(() => new ElastiCacheClient({}));
