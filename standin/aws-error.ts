/**
 * An error of a service, as in the AWS API reference. `type` is the
 * exact name that the SDK and the command line show (`ResourceNotFoundException`).
 * The message reaches logs and never holds a secret value.
 */
export class AwsError extends Error {
  readonly type: string;
  /** HTTP status: 400 for a client's fault, 500 for the server's. */
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.name = type;
    this.type = type;
    this.status = status;
  }
}

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

export function invalidRequest(message: string): AwsError {
  return new AwsError("InvalidRequestException", message);
}

export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}
