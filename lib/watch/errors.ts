import { RotationError } from "../errors.ts";

/** The payload is not an event of Secrets Manager about a rotation. */
export class InvalidNotice extends RotationError {
  constructor(problem: string) {
    super({
      code: "INVALID_NOTICE",
      happened: `Not an event about a rotation: ${problem}.`,
      remedy:
        "EventBridge invokes this function; its rules must match its schedules, and of aws.secretsmanager only RotationFailed, RotationAbandoned, TestRotationFailed and TestRotationSucceeded.",
    });
  }
}

/** A rotation failed, and the rotation function did not report it: it was killed, timed out, or never ran. */
export class RotationFailed extends RotationError {
  override safety = {
    full: "yes, as far as can be seen from outside: AWSCURRENT was not moved, and the rotation had not begun to change the credential that it holds.",
    brief: "Production is safe.",
  };

  constructor(secret: string, step: string) {
    super({
      code: "ROTATION_FAILED",
      retryable: true,
      happened: `Secrets Manager reports that a rotation of ${secret} failed (step: ${step}), but the rotation function did not report it: it timed out, was killed, was throttled, could not start, or may not be invoked.`,
      remedy:
        "Check that function's log, errors and throttles, and that Secrets Manager may invoke it; then rotate again.",
    });
  }
}

/** Secrets Manager's test of a rotation failed, and the rotation function did not report it. */
export class TestFailed extends RotationError {
  override readonly next = "nothing until the next rotation, or the next test.";

  constructor(secret: string) {
    super({
      code: "TEST_ROTATION_FAILED",
      retryable: true,
      happened: `Secrets Manager reports that the test of a rotation of ${secret} failed, but the rotation function did not report it: it timed out, was killed, could not start, or may not be invoked. Rotations will fail, too.`,
      remedy: "Check that function's log, errors and throttles; then test again.",
      cure: {
        to: "To test again without rotating",
        words: [
          "secretsmanager",
          "rotate-secret",
          "--secret-id",
          secret,
          "--no-rotate-immediately",
        ],
      },
    });
  }
}

/** The same when an `in-place` switch had begun: the old password may be dead and the new one not current. */
export class SwitchInterrupted extends RotationError {
  override impact: RotationError["impact"] = "outage";
  override readonly next =
    "it has asked Secrets Manager to try again now, if rotation is switched on, and asks again while this lasts. The next attempt completes the switch.";

  constructor(secret: string, step: string) {
    super({
      code: "SWITCH_INTERRUPTED",
      retryable: true,
      happened: `A rotation of ${secret} stopped (step: ${step}) when its switch may have begun: RETIRING is on AWSCURRENT. Whether the password was changed cannot be seen from outside; if it was, AWSCURRENT is refused until the next attempt.`,
      remedy:
        "If it is not over in a few minutes, run RotateSecret yourself: the next attempt completes the switch. Do not remove AWSPENDING.",
    });
  }
}

/** Somebody wrote a new AWSCURRENT before a rotation was complete, so Secrets Manager abandoned the rotation. */
export class RotationAbandoned extends RotationError {
  override impact: RotationError["impact"] = "unknown";
  override safety = {
    full: "not known: somebody wrote AWSCURRENT by hand, and Quarterturn has not tried it. If an in-place rotation was abandoned inside its switch, the server has a password that no label names.",
    brief: "Can consumers log in?",
  };
  override readonly next =
    "nothing until the next rotation, on schedule or by hand: this one is over.";

  constructor(secret: string) {
    super({
      code: "ROTATION_ABANDONED",
      happened: `A new version of ${secret} was written by hand before a rotation was complete, so Secrets Manager removed AWSPENDING and abandoned the rotation.`,
      remedy:
        "Check that AWSCURRENT logs in, then rotate again: a hand-written value must be assumed known to a person.",
    });
  }
}

/** The same for a secret that cannot be described: its labels are not known. */
export class SecretUnseen extends RotationError {
  override impact: RotationError["impact"] = "unknown";
  override safety = {
    full: "not known: the secret cannot be described, so it is not known which versions carry its labels.",
    brief: "Can consumers log in?",
  };
  override readonly next = "nothing; Secrets Manager rotates again on the secret's schedule.";

  /** @param eventName what Secrets Manager reports of it; absent: nothing */
  constructor(secret: string, failure: string, eventName?: string) {
    const event = eventName === undefined ? "" : `Secrets Manager reports ${eventName} of it. `;
    super({
      code: "SECRET_UNSEEN",
      retryable: true,
      happened: `${secret} cannot be described: ${failure} ${event}`,
      remedy: "Describe it yourself, and fix what prevents this function from describing it.",
    });
  }
}
