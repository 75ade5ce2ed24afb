import { AwsError } from "./aws-error.ts";
import type { Call } from "./call.ts";
import { CODES } from "./json-protocol.ts";
import { type Protocol, refusals } from "./protocol.ts";
import { type Input, json, ROUTES } from "./rest-routes.ts";

/**
 * The AWS REST JSON protocol (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html): the
 * operation is in method and path, errors are in X-Amzn-ErrorType and `{ Type, Message }`.
 */
export const restProtocol: Protocol = {
  parse(request) {
    const { service, path } = resource(request.url);
    const route = ROUTES.find((each) => each.method === request.method && each.path.test(path));
    if (service === undefined || route === undefined) {
      throw restProtocol.unknownOperation(`${request.method} ${request.url}`);
    }
    const id = decodeURIComponent(route.path.exec(path)?.[1] ?? "");
    return { service, operation: route.operation, input: route.input(request, id) };
  },
  success(requestId, { operation }, output) {
    const route = ROUTES.find((each) => each.operation === operation);
    if (route === undefined) throw restProtocol.unknownOperation(operation);
    const reply = route.reply(output as Input);
    return { ...reply, headers: { ...reply.headers, "x-amzn-requestid": requestId } };
  },
  failure(requestId, { type, message, status }) {
    const reply = json(status, { Type: status < 500 ? "User" : "Service", Message: message });
    const headers = { "x-amzn-requestid": requestId, "x-amzn-errortype": type };
    return { ...reply, headers: { ...reply.headers, ...headers } };
  },
  unknownOperation: (name) =>
    new AwsError("UnknownOperationException", `The stand-in has no operation "${name}".`, 404),
  unauthenticated: () =>
    new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403),
  refused: (refusal) => new AwsError(CODES[refusal], refusals[refusal], 403),
  internal: (error) => new AwsError("ServiceException", `The stand-in failed: ${error}`, 500),
};

function resource(url: string): { service?: Call["service"]; path: string } {
  const [, path] = /^\/2015-03-31(\/[^?]*)/.exec(url) ?? [];
  return path === undefined ? { path: url } : { service: "lambda", path };
}
