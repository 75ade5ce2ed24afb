import type { AwsError } from "./aws-error.ts";
import type { Call } from "./call.ts";
import type { HttpReply, HttpRequest } from "./http-server.ts";

/** A parsed request. */
type Asked = Pick<Call, "service" | "operation" | "input">;

/** Why a service does not believe who calls it, or does not let it call anything. */
export type Refusal = "unknownKey" | "wrongSignature" | "expiredSignature" | "denied";

/** What is said to a refused caller. */
export const refusals: Readonly<Record<Refusal, string>> = {
  unknownKey: "The security token included in the request is invalid.",
  wrongSignature:
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  expiredSignature: "Signature expired: the time of the request is more than 15 min. away.",
  denied:
    "User is not authorized to perform this action with an explicit deny in an identity-based policy",
};

/** How requests and replies look on the wire. */
export interface Protocol {
  /** `signedFor`: the service in the credential scope. Throws AwsError for an invalid request. */
  parse(request: HttpRequest, signedFor: string): Asked;
  success(requestId: string, asked: Asked, output: object): HttpReply;
  failure(requestId: string, error: AwsError): HttpReply;
  unknownOperation(name: string): AwsError;
  unauthenticated(): AwsError;
  refused(refusal: Refusal): AwsError;
  /** The error for a failure of the stand-in itself. */
  internal(error: unknown): AwsError;
}
