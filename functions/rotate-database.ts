import middy from "@middy/core";
import { type Place, stepReport } from "../lib/reporting/step-report.ts";
import { deadline } from "../lib/rotation/deadline.ts";
import { parseEvent } from "../lib/rotation/event.ts";
import { type RotationPorts, rotate } from "../lib/rotation/rotate.ts";
import { ports } from "./wiring/database.ts";
import { place } from "./wiring/place.ts";

/** The rotation function of database credentials: Secrets Manager invokes it once for each step. */
export const createHandler = (ports: RotationPorts, place: Place) =>
  middy<unknown>()
    .use(stepReport(ports, place, parseEvent))
    .handler((event, context) =>
      rotate(parseEvent(event), ports, deadline(context.getRemainingTimeInMillis())),
    );

export const handler = createHandler(ports, place);
