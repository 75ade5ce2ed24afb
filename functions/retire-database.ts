import middy from "@middy/core";
import { type Invocation, requestReport } from "../lib/reporting/step-report.ts";
import { parseRequest, subjectOf } from "../lib/retirement/request.ts";
import { retire } from "../lib/retirement/retire.ts";
import type { RotationPorts } from "../lib/rotation/rotate.ts";
import { invocation } from "./wiring/invocation.ts";
import { ports } from "./wiring/rotation.ts";

/** Ends the old credential of a database; settlement invokes it. */
export const createHandler = (ports: RotationPorts) =>
  middy<unknown, unknown, Error, Invocation>()
    .use(invocation())
    .use(requestReport(ports.store, subjectOf))
    .handler((event, { quarterturn }) => retire(parseRequest(event), ports, quarterturn));

export const handler = createHandler(ports);
