import { AwsError } from "./aws-error.ts";
import type { HttpReply, HttpRequest } from "./http-server.ts";

export type Input = Record<string, unknown>;

interface Route {
  method: string;
  path: RegExp;
  operation: string;
  /** The input of the operation. `id` comes from the path. */
  input(request: HttpRequest, id: string): Input;
  reply(output: Input): Exclude<HttpReply, "lose">;
}

/** Lambda's, below /2015-03-31 (https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html). */
export const ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: /^\/functions\/?$/,
    operation: "CreateFunction",
    input: ({ body }) => parseBody(body),
    reply: (output) => json(201, output),
  },
  {
    method: "GET",
    path: /^\/functions\/?$/,
    operation: "ListFunctions",
    input: ({ url }) => query(url),
    reply: (output) => json(200, output),
  },
  {
    method: "GET",
    path: /^\/functions\/([^/]+)$/,
    operation: "GetFunction",
    input: (_request, FunctionName) => ({ FunctionName }),
    reply: (output) => json(200, output),
  },
  {
    method: "GET",
    path: /^\/functions\/([^/]+)\/configuration$/,
    operation: "GetFunctionConfiguration",
    input: (_request, FunctionName) => ({ FunctionName }),
    reply: (output) => json(200, output),
  },
  {
    method: "DELETE",
    path: /^\/functions\/([^/]+)$/,
    operation: "DeleteFunction",
    input: (_request, FunctionName) => ({ FunctionName }),
    reply: () => ({ status: 204, headers: {}, body: "" }),
  },
  {
    method: "POST",
    path: /^\/functions\/([^/]+)\/policy$/,
    operation: "AddPermission",
    input: ({ body }, FunctionName) => ({ ...parseBody(body), FunctionName }),
    reply: (output) => json(201, output),
  },
  {
    method: "POST",
    path: /^\/functions\/([^/]+)\/invocations$/,
    operation: "Invoke",
    input: ({ headers, url, body }, FunctionName) => ({
      FunctionName,
      InvocationType: headers["x-amz-invocation-type"],
      ...query(url),
      Payload: body,
    }),
    reply: ({ StatusCode, Payload, FunctionError, ExecutedVersion }) => ({
      status: Number(StatusCode),
      headers: {
        ...(FunctionError !== undefined && { "x-amz-function-error": String(FunctionError) }),
        ...(ExecutedVersion !== undefined && { "x-amz-executed-version": String(ExecutedVersion) }),
      },
      body: String(Payload ?? ""),
    }),
  },
  {
    method: "POST",
    path: /^\/event-source-mappings\/?$/,
    operation: "CreateEventSourceMapping",
    input: ({ body }) => parseBody(body),
    reply: (output) => json(202, output),
  },
  {
    method: "GET",
    path: /^\/event-source-mappings\/?$/,
    operation: "ListEventSourceMappings",
    input: ({ url }) => query(url),
    reply: (output) => json(200, output),
  },
  {
    method: "DELETE",
    path: /^\/event-source-mappings\/([^/]+)$/,
    operation: "DeleteEventSourceMapping",
    input: (_request, UUID) => ({ UUID }),
    reply: (output) => json(202, output),
  },
];

function query(url: string): Input {
  return Object.fromEntries(new URLSearchParams(url.split("?")[1]));
}

function parseBody(body: string): Input {
  try {
    return Object(JSON.parse(body)) as Input;
  } catch {
    throw new AwsError("SerializationException", "The body must be JSON.");
  }
}

export function json(status: number, output: Input): Exclude<HttpReply, "lose"> {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: JSON.stringify(output) };
}
