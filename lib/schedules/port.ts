/** When a secret rotates, and by which function. */
export interface Schedule {
  /** ARN. */
  readonly functionArn: string;
  /** E.g. `rate(90 days)`. */
  readonly expression: string;
  /** Of the rotation window in hours, e.g. `3h`; absent: as Secrets Manager sees fit. */
  readonly duration?: string | undefined;
}

/** A secret, as far as its schedule goes. */
export interface ScheduledSecret {
  readonly arn: string;
  readonly name: string;
  /**
   * Absent: it was never configured. Function and rules stay when rotation is switched off (API reference,
   * DescribeSecret, RotationRules).
   */
  readonly rotation?: KnownRotation | undefined;
  /** An AWS service or its partner rotates it itself. */
  readonly isManaged: boolean;
  /** It is scheduled for deletion. */
  readonly isDeleted: boolean;
  /** The version whose credential is still to be retired; absent: it is settled. */
  readonly unsettled?: string | undefined;
  /** The value of `scheduleTag`. */
  readonly mark?: string | undefined;
}

interface KnownRotation {
  readonly isOn: boolean;
  /** ARN. */
  readonly functionArn?: string | undefined;
  /** Absent where the schedule is a number of days. */
  readonly expression?: string | undefined;
  readonly duration?: string | undefined;
}

/**
 * The rotation schedules of an account and Region. Every call throws AwsCallFailed, or DeadlineReached when the signal
 * aborts; the outcome of a write that threw is unknown.
 */
export interface Schedules {
  /** All secrets, also those scheduled for deletion. It may be five minutes old: describe before changing anything. */
  list(signal: AbortSignal): Promise<readonly ScheduledSecret[]>;

  /** @returns `undefined` when there is no such secret */
  describe(secretId: string, signal: AbortSignal): Promise<ScheduledSecret | undefined>;

  /** Switches rotation on without rotating; Secrets Manager runs testSecret alone. Idempotent. */
  set(secretId: string, schedule: Schedule, signal: AbortSignal): Promise<void>;

  /** Switches rotation off; function and rules stay. Idempotent. */
  cancel(secretId: string, signal: AbortSignal): Promise<void>;

  /** Writes or removes the tag. Idempotent. */
  mark(secretId: string, mark: string | undefined, signal: AbortSignal): Promise<void>;
}
