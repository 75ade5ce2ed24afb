import middy from "@middy/core";
import type { Invocation } from "../lib/reporting/invocation.ts";
import { type ReportPorts, stepReport } from "../lib/reporting/step-report.ts";
import { parseEvent } from "../lib/rotation/event.ts";
import { restoreTime } from "../lib/rotation/restore.ts";
import { type RotationPorts, rotate } from "../lib/rotation/rotate.ts";
import { invocation } from "./wiring/invocation.ts";
import { ports } from "./wiring/rotation.ts";

/** The rotation function of database credentials: Secrets Manager invokes it once for each step. */
export const createHandler = (ports: RotationPorts & ReportPorts) =>
  middy<unknown, unknown, Error, Invocation>()
    .use(invocation(restoreTime))
    .use(stepReport(ports, parseEvent))
    .handler((event, { quarterturn }) => rotate(parseEvent(event), ports, quarterturn));

export const handler = createHandler(ports);
