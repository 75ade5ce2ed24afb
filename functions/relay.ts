import middy from "@middy/core";
import { type RelayPorts, relay } from "../lib/alerts/relay.ts";
import type { Invocation } from "../lib/reporting/invocation.ts";
import { invocation } from "./wiring/invocation.ts";
import { ports } from "./wiring/relay.ts";

/** Publishes every alert on the event bus, for pagers and chat; the alert topic invokes it. It reads no secret value. */
export const createHandler = (ports: RelayPorts) =>
  middy<unknown, unknown, Error, Invocation>()
    .use(invocation())
    .handler((event, { quarterturn }) => relay(event, ports, quarterturn));

export const handler = createHandler(ports);
