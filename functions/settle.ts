import middy from "@middy/core";
import { deadline } from "../lib/context/deadline.ts";
import { type QueueEvent, settleBatch } from "../lib/settlement/batch.ts";
import { type SettlementFunctionPorts, settlementPorts } from "./wiring/settlement.ts";

/** Rolls and proves consumers, and has old credentials ended; fed by the queue, and allowed to read no value. */
export const createHandler = (ports: SettlementFunctionPorts) =>
  middy<QueueEvent>().handler((event, context) =>
    settleBatch(event, ports(context), deadline(context.getRemainingTimeInMillis())),
  );

export const handler = createHandler(settlementPorts);
