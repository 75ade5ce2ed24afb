import middy from "@middy/core";
import { deadline } from "../lib/context/deadline.ts";
import { type MirrorPorts, mirror } from "../lib/mirror/mirror.ts";
import { parseRequest, subjectOf } from "../lib/mirror/request.ts";
import { type Place, type ReportPorts, stepReport } from "../lib/reporting/step-report.ts";
import { ports } from "./wiring/mirror.ts";
import { place } from "./wiring/place.ts";

/** Copies fields of a secret to SSM parameters; settlement invokes it. */
export const createHandler = (ports: MirrorPorts & ReportPorts, place: Place) =>
  middy<unknown>()
    .use(stepReport(ports, place, subjectOf))
    .handler((event, context) =>
      mirror(parseRequest(event), ports, deadline(context.getRemainingTimeInMillis())),
    );

export const handler = createHandler(ports, place);
