import { AwsError } from "./aws-error.ts";
import type { Call } from "./call.ts";
import type { HttpRequest } from "./http-server.ts";
import { type Protocol, type Refusal, refusals } from "./protocol.ts";

/** The errors of services that once spoke only JSON, in REST as well. */
export const CODES: Readonly<Record<Refusal, string>> = {
  unknownKey: "UnrecognizedClientException",
  wrongSignature: "InvalidSignatureException",
  expiredSignature: "InvalidSignatureException",
  denied: "AccessDeniedException",
};

/** The services that speak JSON, by the first part of X-Amz-Target. */
const TARGETS = new Map<string, Call["service"]>([
  ["AWSEvents", "events"],
  ["CloudTrail_20131101", "cloudtrail"],
  ["AmazonEC2ContainerServiceV20141113", "ecs"],
  ["AmazonMemoryDB", "memorydb"],
  ["AmazonSQS", "sqs"],
  ["AmazonSSM", "ssm"],
  ["secretsmanager", "secretsmanager"],
]);

/**
 * The codes by which clients know the errors of a service that once spoke Query (Amazon SQS:
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait), where they
 * differ from the name of the error.
 */
const QUERY_CODES = new Map([
  ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"],
  ["QueueNameExists", "QueueAlreadyExists"],
  ["QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently"],
  ["PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress"],
  ["MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"],
  ["EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"],
  ["TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"],
  ["BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"],
]);

/** https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export const json10 = jsonProtocol("1.0");
/** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export const json11 = jsonProtocol("1.1");

/** POST /, the operation in X-Amz-Target, errors as `{ __type, message }`. */
function jsonProtocol(version: "1.0" | "1.1"): Protocol {
  const unknownOperation = (name: string) =>
    new AwsError("UnknownOperationException", `The stand-in has no operation "${name}".`);
  const headers = (requestId: string) => ({
    "content-type": `application/x-amz-json-${version}`,
    "x-amzn-requestid": requestId,
  });
  return {
    parse(request: HttpRequest) {
      const target = String(request.headers["x-amz-target"] ?? "");
      const [prefix = "", operation = ""] = target.split(".");
      const service = TARGETS.get(prefix);
      if (service === undefined) throw unknownOperation(target);
      return { service, operation, input: parseInput(request.body) };
    },
    success: (requestId, _asked, output) => ({
      status: 200,
      headers: headers(requestId),
      body: JSON.stringify(output),
    }),
    failure(requestId, { type, message, status }) {
      const code = QUERY_CODES.get(type);
      return {
        status,
        headers: {
          ...headers(requestId),
          "x-amzn-errortype": type,
          ...(code && { "x-amzn-query-error": `${code};Sender` }),
        },
        body: JSON.stringify({ __type: type, message }),
      };
    },
    unknownOperation,
    unauthenticated: () =>
      new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token"),
    refused: (refusal) => new AwsError(CODES[refusal], refusals[refusal]),
    internal: (error) => new AwsError("InternalServiceError", `The stand-in failed: ${error}`, 500),
  };
}

function parseInput(body: string): Record<string, unknown> {
  const input = parsed(body);
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw new AwsError("SerializationException", "The body must be a JSON object.");
  return input as Record<string, unknown>;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
