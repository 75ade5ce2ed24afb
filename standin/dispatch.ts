import { randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import type { Call, Interceptor, Operations, Services } from "./call.ts";
import type { HttpReply, HttpRequest } from "./http-server.ts";
import { json10, json11 } from "./json-protocol.ts";
import type { Protocol, Refusal } from "./protocol.ts";
import { queryProtocol } from "./query-protocol.ts";
import { restProtocol } from "./rest-protocol.ts";
import { readSignature, type Signed } from "./signature.ts";

/** What answers a request. */
interface Answering {
  readonly services: Services;
  /** Whether the request comes from whom it says; why not, if not. */
  authenticate(signed: Signed, request: HttpRequest): Refusal | undefined;
}

/**
 * Runs a request, with its interceptors, and replies in its protocol. The access key id in the Authorization header is
 * the principal.
 */
export async function dispatch(
  request: HttpRequest,
  { services, authenticate }: Answering,
  calls: Call[],
  interceptors: ReadonlySet<Interceptor>,
): Promise<HttpReply> {
  const protocol = protocolOf(request);
  const requestId = randomUUID();
  try {
    const signed = readSignature(request);
    if (!signed) throw protocol.unauthenticated();
    const asked = protocol.parse(request, signed.service);
    const call: Call = { ...asked, principal: signed.principal, requestId };
    const operations = services[call.service];
    if (!Object.hasOwn(operations, call.operation)) {
      throw protocol.unknownOperation(`${call.service}.${call.operation}`);
    }
    calls.push(call);
    for (const interceptor of [...interceptors]) await interceptor.before?.(call);
    const refusal = authenticate(signed, request);
    const reply = refusal
      ? failure(protocol, requestId, protocol.refused(refusal))
      : await attempt(protocol, call, operations);
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

async function attempt(protocol: Protocol, call: Call, operations: Operations): Promise<HttpReply> {
  try {
    const output = (await operations[call.operation]?.(call.input, call.principal)) ?? {};
    return protocol.success(call.requestId, call, output);
  } catch (error) {
    return failure(protocol, call.requestId, error);
  }
}

function failure(protocol: Protocol, requestId: string, error: unknown): HttpReply {
  return protocol.failure(requestId, error instanceof AwsError ? error : protocol.internal(error));
}
