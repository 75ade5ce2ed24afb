import type { AwsError } from "./aws-error.ts";
import type { Call } from "./call.ts";
import type { HttpReply, HttpRequest } from "./http-server.ts";

/** A parsed request. */
type Asked = Pick<Call, "service" | "operation" | "input">;

/** How requests and replies look on the wire. */
export interface Protocol {
  /** `signedFor`: the service in the credential scope. Throws AwsError for an invalid request. */
  parse(request: HttpRequest, signedFor: string): Asked;
  success(requestId: string, asked: Asked, output: object): HttpReply;
  failure(requestId: string, error: AwsError): HttpReply;
  unknownOperation(name: string): AwsError;
  unauthenticated(): AwsError;
  /** The error for a failure of the stand-in itself. */
  internal(error: unknown): AwsError;
}
