import { RotationError } from "./errors.ts";

/** `credentials`: there are none, or AWS does not know them; `connection`: no answer came. */
type Obstacle = "credentials" | "connection";

/** A call to AWS failed. */
export class AwsCallFailed extends RotationError {
  /** The service answered that the resource does not exist. */
  readonly isAbsent: boolean;
  /** What stood in the way, where it was neither the request nor the service. */
  readonly obstacle: Obstacle | undefined;
  /** The service's own code, with the HTTP status and the request's id where there are any. */
  readonly failure: string;

  /**
   * @param call e.g. `secretsmanager:PutSecretValue`
   * @param on what it was called on, e.g. a secret's name
   * @param why `failure` as the field
   */
  constructor(
    call: string,
    on: string,
    why: {
      failure: string;
      retryable: boolean;
      remedy: string;
      isAbsent?: boolean;
      obstacle?: Obstacle | undefined;
    },
  ) {
    const { failure, retryable, remedy, isAbsent = false, obstacle } = why;
    const happened = `${call} on ${on} failed: ${failure}.`;
    super({ code: "AWS_CALL_FAILED", retryable, happened, remedy, subject: `${call} ${on}` });
    this.isAbsent = isAbsent;
    this.failure = failure;
    this.obstacle = obstacle;
  }
}
