import middy from "@middy/core";
import type { Invocation } from "../lib/reporting/invocation.ts";
import { requestReport } from "../lib/reporting/step-report.ts";
import { parseRequest, subjectOf } from "../lib/retirement/request.ts";
import { serve } from "../lib/retirement/serve.ts";
import type { RotationPorts } from "../lib/rotation/rotate.ts";
import { invocation } from "./wiring/invocation.ts";
import { ports } from "./wiring/rotation.ts";

/** Ends the old credential of a database for settlement, and logs in as AWSCURRENT for `watch`. */
export const createHandler = (ports: RotationPorts) =>
  middy<unknown, unknown, Error, Invocation>()
    .use(invocation())
    .use(requestReport(ports.store, subjectOf))
    .handler((event, { quarterturn }) => serve(parseRequest(event), ports, quarterturn));

export const handler = createHandler(ports);
