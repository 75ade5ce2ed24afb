import middy from "@middy/core";
import { type Place, type ReportPorts, stepReport } from "../lib/reporting/step-report.ts";
import { parseRequest, subjectOf } from "../lib/retirement/request.ts";
import { retire } from "../lib/retirement/retire.ts";
import type { RotationPorts } from "../lib/rotation/rotate.ts";
import { type Invocation, invocation, ports } from "./wiring/database.ts";
import { place } from "./wiring/place.ts";

/** Ends the old credential of a database; settlement invokes it. */
export const createHandler = (
  ports: RotationPorts & ReportPorts,
  place: Place,
  invocation: Invocation,
) =>
  middy<unknown>()
    .use(stepReport(ports, place, subjectOf))
    .handler((event, context) => retire(parseRequest(event), ports, invocation(context)));

export const handler = createHandler(ports, place, invocation);
