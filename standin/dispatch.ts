import { randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import type { Call, Interceptor, Operations, Services } from "./call.ts";
import type { HttpReply, HttpRequest } from "./http-server.ts";
import { json10, json11 } from "./json-protocol.ts";
import type { Protocol } from "./protocol.ts";
import { queryProtocol } from "./query-protocol.ts";
import { restProtocol } from "./rest-protocol.ts";

/**
 * Runs a request, with its interceptors, and replies in its protocol.
 * Signatures are not checked; the access key id in the Authorization header is the principal.
 */
export async function dispatch(
  request: HttpRequest,
  services: Services,
  calls: Call[],
  interceptors: ReadonlySet<Interceptor>,
): Promise<HttpReply> {
  const protocol = protocolOf(request);
  const requestId = randomUUID();
  try {
    const call = parseCall(protocol, request, requestId);
    const operations = services[call.service];
    if (!Object.hasOwn(operations, call.operation)) {
      throw protocol.unknownOperation(`${call.service}.${call.operation}`);
    }
    calls.push(call);
    for (const interceptor of [...interceptors]) await interceptor.before?.(call);
    const reply = await attempt(protocol, call, operations);
    for (const interceptor of [...interceptors]) {
      if ((await interceptor.after?.(call)) === "lose") return "lose";
    }
    return reply;
  } catch (error) {
    return failure(protocol, requestId, error);
  }
}

/** Forms are the Query protocol, paths are REST, everything else is JSON. */
function protocolOf({ headers, url }: HttpRequest): Protocol {
  const type = headers["content-type"] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded")) return queryProtocol;
  if (url !== "/") return restProtocol;
  return type.startsWith("application/x-amz-json-1.0") ? json10 : json11;
}

function parseCall(protocol: Protocol, request: HttpRequest, requestId: string): Call {
  const credential = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  // <access key id>/<date>/<Region>/<service>/aws4_request
  const [principal, date, , service = ""] = credential.split("/");
  if (!principal || date === undefined) throw protocol.unauthenticated();
  const asked = protocol.parse(request, service);
  return {
    service: asked.service,
    operation: asked.operation,
    principal,
    input: asked.input,
    requestId,
  };
}

async function attempt(protocol: Protocol, call: Call, operations: Operations): Promise<HttpReply> {
  try {
    const output = (await operations[call.operation]?.(call.input)) ?? {};
    return protocol.success(call.requestId, call, output);
  } catch (error) {
    return failure(protocol, call.requestId, error);
  }
}

function failure(protocol: Protocol, requestId: string, error: unknown): HttpReply {
  return protocol.failure(requestId, error instanceof AwsError ? error : protocol.internal(error));
}
