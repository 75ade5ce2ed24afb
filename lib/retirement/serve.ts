import type { Context } from "../context/context.ts";
import type { RotationPorts } from "../rotation/rotate.ts";
import { type ProbeResult, probeCurrent } from "./probe-current.ts";
import type { parseRequest } from "./request.ts";
import type { RetireResult } from "./result.ts";
import { retire } from "./retire.ts";

/** Whatever a function that reaches the servers is asked beside rotating. @throws as `retire` */
export function serve(
  request: ReturnType<typeof parseRequest>,
  ports: Pick<RotationPorts, "store" | "manifest" | "credential">,
  context: Context,
): Promise<RetireResult | ProbeResult> {
  return request.action === "probeCurrent"
    ? probeCurrent(request, ports, context)
    : retire(request, ports, context);
}
