import middy from "@middy/core";
import type { Invocation } from "../lib/reporting/invocation.ts";
import { handOverTime, type SchedulePorts, schedule } from "../lib/schedules/schedule.ts";
import { invocation } from "./wiring/invocation.ts";
import { ports } from "./wiring/schedule.ts";

/** Makes Secrets Manager's schedules those of the manifest; CloudFormation and the clock invoke it. It reads no secret value. */
export const createHandler = (ports: SchedulePorts) =>
  middy<unknown, unknown, Error, Invocation>()
    .use(invocation(handOverTime))
    .handler((event, { quarterturn }) => schedule(event, ports, quarterturn));

export const handler = createHandler(ports);
