import middy from "@middy/core";
import type { Invocation } from "../lib/reporting/invocation.ts";
import type { WatchPorts } from "../lib/watch/ports.ts";
import { watch } from "../lib/watch/watch.ts";
import { invocation } from "./wiring/invocation.ts";
import { ports } from "./wiring/watch.ts";

/** Alerts on-call of rotations that fail unreported, and of what is wrong otherwise; EventBridge invokes it. It reads no secret value. */
export const createHandler = (ports: WatchPorts) =>
  middy<unknown, unknown, Error, Invocation>()
    .use(invocation())
    .handler((event, { quarterturn }) => watch(event, ports, quarterturn));

export const handler = createHandler(ports);
