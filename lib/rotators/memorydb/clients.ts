import { MemoryDBClient } from "@aws-sdk/client-memorydb";
import { onDemand } from "../../on-demand.ts";

/** On the account that the environment names. */
export const memoryDbClient = onDemand(() => new MemoryDBClient({}));
