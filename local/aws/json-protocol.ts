import { AwsError } from "./aws-error.ts";
import type { Call } from "./call.ts";
import type { HttpRequest } from "./http-server.ts";
import type { Protocol } from "./protocol.ts";

/** The services that speak JSON, by the first part of X-Amz-Target. */
const TARGETS = new Map<string, Call["service"]>([["secretsmanager", "secretsmanager"]]);

/**
 * The AWS JSON 1.1 protocol (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html):
 * POST /, the operation in X-Amz-Target, errors as `{ __type, message }`.
 */
export const jsonProtocol: Protocol = {
  parse(request: HttpRequest) {
    const target = String(request.headers["x-amz-target"] ?? "");
    const [prefix = "", operation = ""] = target.split(".");
    const service = TARGETS.get(prefix);
    if (service === undefined) throw jsonProtocol.unknownOperation(target);
    return { service, operation, input: parseInput(request.body) };
  },
  success: (requestId, _asked, output) => ({
    status: 200,
    headers: headers(requestId),
    body: JSON.stringify(output),
  }),
  failure: (requestId, { type, message, status }) => ({
    status,
    headers: { ...headers(requestId), "x-amzn-errortype": type },
    body: JSON.stringify({ __type: type, message }),
  }),
  unknownOperation: (name) =>
    new AwsError("UnknownOperationException", `The stand-in has no operation "${name}".`),
  unauthenticated: () =>
    new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token"),
  internal: (error) => new AwsError("InternalServiceError", `The stand-in failed: ${error}`, 500),
};

function parseInput(body: string): Record<string, unknown> {
  const refused = new AwsError("SerializationException", "The body must be a JSON object.");
  try {
    const input: unknown = JSON.parse(body);
    if (typeof input !== "object" || input === null || Array.isArray(input)) throw refused;
    return input as Record<string, unknown>;
  } catch {
    throw refused;
  }
}

function headers(requestId: string): Record<string, string> {
  return { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": requestId };
}
