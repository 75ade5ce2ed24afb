import middy from "@middy/core";
import { type MirrorPorts, mirror } from "../lib/mirror/mirror.ts";
import { parseRequest, subjectOf } from "../lib/mirror/request.ts";
import type { Invocation } from "../lib/reporting/invocation.ts";
import { requestReport } from "../lib/reporting/step-report.ts";
import { invocation } from "./wiring/invocation.ts";
import { ports } from "./wiring/mirror.ts";

/** Copies fields of a secret to SSM parameters; settlement invokes it. */
export const createHandler = (ports: MirrorPorts) =>
  middy<unknown, unknown, Error, Invocation>()
    .use(invocation())
    .use(requestReport(ports.store, subjectOf))
    .handler((event, { quarterturn }) => mirror(parseRequest(event), ports, quarterturn));

export const handler = createHandler(ports);
