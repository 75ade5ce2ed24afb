import middy from "@middy/core";
import { type Place, type ReportPorts, stepReport } from "../lib/reporting/step-report.ts";
import { parseEvent } from "../lib/rotation/event.ts";
import { restoreTime } from "../lib/rotation/restore.ts";
import { type RotationPorts, rotate } from "../lib/rotation/rotate.ts";
import { type Invocation, invocation, ports } from "./wiring/database.ts";
import { place } from "./wiring/place.ts";

/** The rotation function of database credentials: Secrets Manager invokes it once for each step. */
export const createHandler = (
  ports: RotationPorts & ReportPorts,
  place: Place,
  invocation: Invocation,
) =>
  middy<unknown>()
    .use(stepReport(ports, place, parseEvent))
    .handler((event, context) =>
      rotate(parseEvent(event), ports, invocation(context, restoreTime)),
    );

export const handler = createHandler(ports, place, invocation);
