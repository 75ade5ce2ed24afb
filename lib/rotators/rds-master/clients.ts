import { RDSClient } from "@aws-sdk/client-rds";
import { onDemand } from "../../on-demand.ts";

/** On the account that the environment names. */
export const rdsClient = onDemand(() => new RDSClient({}));
