import { AwsError } from "./aws-error.ts";
import type { Call } from "./call.ts";
import type { HttpRequest } from "./http-server.ts";
import { type Protocol, type Refusal, refusals } from "./protocol.ts";
import { queryInput } from "./query-input.ts";
import { element, xml } from "./xml.ts";

const CODES: Readonly<Record<Refusal, string>> = {
  unknownKey: "InvalidClientTokenId",
  wrongSignature: "SignatureDoesNotMatch",
  expiredSignature: "SignatureDoesNotMatch",
  denied: "AccessDenied",
};

/** The services that speak Query, by the service in the credential scope, and their Version. */
const VERSIONS = new Map<string, { service: Call["service"]; version: string }>([
  ["elasticache", { service: "elasticache", version: "2015-02-02" }],
  ["iam", { service: "iam", version: "2010-05-08" }],
  ["rds", { service: "rds", version: "2014-10-31" }],
  ["sns", { service: "sns", version: "2010-03-31" }],
  ["sts", { service: "sts", version: "2011-06-15" }],
]);

/**
 * The AWS Query protocol (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html): POST / of
 * a form with Action and Version, XML back, errors as `<ErrorResponse>`. The codes of errors that
 * no service makes are those of
 * https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html.
 */
export const queryProtocol: Protocol = {
  parse(request: HttpRequest, signedFor: string) {
    const { Action, Version, ...input } = queryInput(request.body);
    const known = VERSIONS.get(signedFor);
    const operation = String(Action);
    if (known === undefined || Version !== known.version) {
      throw queryProtocol.unknownOperation(`${signedFor}.${operation}, version ${Version}`);
    }
    return { service: known.service, operation, input };
  },
  success(requestId, { service, operation }, output) {
    const result = xml(output);
    return {
      status: 200,
      headers: headers(requestId),
      body: element(
        `${operation}Response`,
        (result && element(`${operation}Result`, result)) +
          element("ResponseMetadata", xml({ RequestId: requestId })),
        `http://${service}.amazonaws.com/doc/${VERSIONS.get(service)?.version}/`,
      ),
    };
  },
  failure(requestId, { type, message, status }) {
    const Type = status < 500 ? "Sender" : "Receiver";
    return {
      status,
      headers: headers(requestId),
      body: element(
        "ErrorResponse",
        xml({ Error: { Type, Code: type, Message: message }, RequestId: requestId }),
      ),
    };
  },
  unknownOperation: (name) =>
    new AwsError("InvalidAction", `The stand-in has no operation ${name}.`),
  unauthenticated: () =>
    new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403),
  refused: (refusal) => new AwsError(CODES[refusal], refusals[refusal], 403),
  internal: (error) => new AwsError("InternalError", `The stand-in failed: ${error}`, 500),
};

function headers(requestId: string): Record<string, string> {
  return { "content-type": "text/xml", "x-amzn-requestid": requestId };
}
