/** How a CloudTrail trail is set. */
export interface Trail {
  readonly isLogging: boolean;
  /** It records management events that write: RotationFailed is one. */
  readonly recordsRotations: boolean;
}

/** What validation asks of CloudTrail. @throws AwsCallFailed, DeadlineReached */
export interface Trails {
  /** ARNs of the trails that record this Region, those of other Regions and of the organization included. */
  list(signal: AbortSignal): Promise<readonly string[]>;

  inspect(arn: string, signal: AbortSignal): Promise<Trail>;
}
