import middy from "@middy/core";
import { emergency } from "../lib/emergency/emergency.ts";
import type { EmergencyPorts } from "../lib/emergency/ports.ts";
import { handOverTime } from "../lib/emergency/work.ts";
import type { Invocation } from "../lib/reporting/invocation.ts";
import { ports } from "./wiring/emergency.ts";
import { invocation } from "./wiring/invocation.ts";

/** Rotates at once what a person names, and ends what leaked; a person invokes it, and it itself. It reads no secret value. */
export const createHandler = (ports: EmergencyPorts) =>
  middy<unknown, unknown, Error, Invocation>()
    .use(invocation(handOverTime))
    .handler((event, { quarterturn }) => emergency(event, ports, quarterturn));

export const handler = createHandler(ports);
