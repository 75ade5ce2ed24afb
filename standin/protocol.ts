import type { AwsError } from "./aws-error.ts";
import type { Call } from "./call.ts";
import type { HttpReply, HttpRequest } from "./http-server.ts";

/** What a request asks for. */
type Asked = Pick<Call, "service" | "operation" | "input">;

/** How requests and answers look on the wire. Every AwsError is in the protocol's own words. */
export interface Protocol {
  /** `signedFor`: the service in the credential scope. Throws AwsError for what it cannot read. */
  parse(request: HttpRequest, signedFor: string): Asked;
  success(requestId: string, asked: Asked, output: object): HttpReply;
  failure(requestId: string, error: AwsError): HttpReply;
  unknownOperation(name: string): AwsError;
  unauthenticated(): AwsError;
  /** The stand-in itself has failed. */
  internal(error: unknown): AwsError;
}
