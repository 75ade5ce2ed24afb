import middy from "@middy/core";
import type { Invocation } from "../lib/reporting/invocation.ts";
import { type QueueEvent, settleBatch } from "../lib/settlement/batch.ts";
import type { SettlementPorts } from "../lib/settlement/ports.ts";
import { invocation } from "./wiring/invocation.ts";
import { ports } from "./wiring/settlement.ts";

/** Rolls and proves consumers, and has old credentials retired; fed by the queue. It reads no secret value. */
export const createHandler = (ports: SettlementPorts) =>
  middy<QueueEvent, unknown, Error, Invocation>()
    .use(invocation())
    .handler((event, { quarterturn }) => settleBatch(event, ports, quarterturn));

export const handler = createHandler(ports);
