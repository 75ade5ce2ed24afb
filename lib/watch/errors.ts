import { RotationError } from "../errors.ts";

/** What the watching function was invoked with is no event of Secrets Manager about a rotation. */
export class InvalidNotice extends RotationError {
  constructor(problem: string) {
    super({
      code: "INVALID_NOTICE",
      happened: `The event tells of no rotation: ${problem}.`,
      remedy:
        "This function is invoked by EventBridge; its rule must match RotationFailed and RotationAbandoned of aws.secretsmanager alone.",
    });
  }
}

/** A rotation failed, and no function of ours reported it: it was killed, timed out, or never ran. */
export class RotationFailed extends RotationError {
  override safety = {
    full: "yes, as far as can be seen from outside: AWSCURRENT was not moved, and the rotation had not come to the point where what it holds is changed.",
    brief: "Production is safe.",
  };

  constructor(secret: string, step: string) {
    super({
      code: "ROTATION_FAILED",
      retryable: true,
      happened: `Secrets Manager reports that a rotation of ${secret} failed (step: ${step}), and the function that rotates has not: it timed out, was killed, was throttled, could not start, or may not be invoked.`,
      remedy:
        "Look at that function's log, errors and throttles, and whether Secrets Manager may invoke it; then rotate again.",
    });
  }
}

/** The same of `in-place`, when the switch had begun: the old password may be dead and the new one not current. */
export class SwitchInterrupted extends RotationError {
  override impact: RotationError["impact"] = "outage";

  constructor(secret: string, step: string) {
    super({
      code: "SWITCH_INTERRUPTED",
      retryable: true,
      happened: `CRITICAL: a rotation of ${secret} stopped (step: ${step}) when its switch may have begun: RETIRING is on AWSCURRENT. Nobody can see from outside whether the password has been changed; if it has, AWSCURRENT is refused until the next attempt.`,
      remedy:
        "Run RotateSecret now: the next attempt completes the switch. Do not remove AWSPENDING.",
    });
  }
}

/** Somebody wrote a new AWSCURRENT before a rotation was complete; Secrets Manager gave the rotation up. */
export class RotationAbandoned extends RotationError {
  override impact: RotationError["impact"] = "unknown";
  override safety = {
    full: "not known: AWSCURRENT is what somebody wrote, and Quarterturn has not tried it. An in-place rotation that was given up inside its switch has left a password on the server that no label names.",
    brief: "Can consumers log in?",
  };
  override readonly next =
    "nothing until the next rotation, by schedule or by hand: this one is over.";

  constructor(secret: string) {
    super({
      code: "ROTATION_ABANDONED",
      happened: `A new version of ${secret} was written by hand before a rotation was complete, so Secrets Manager took AWSPENDING away and gave the rotation up.`,
      remedy:
        "See that AWSCURRENT logs in, then rotate afresh: a value that was written by hand has been seen.",
    });
  }
}

/** The same again of a secret that cannot be described: how it stands is not known. */
export class SecretUnseen extends RotationError {
  override impact: RotationError["impact"] = "unknown";
  override safety = {
    full: "not known: the secret cannot be looked at, so nobody sees what its labels are on.",
    brief: "Can consumers log in?",
  };
  override readonly next =
    "nothing itself; Secrets Manager rotates again by the secret's schedule.";

  constructor(secret: string, eventName: string, failure: string) {
    super({
      code: "SECRET_UNSEEN",
      retryable: true,
      happened: `Secrets Manager reports ${eventName} of ${secret}, and the secret cannot be described: ${failure}`,
      remedy:
        "Describe it yourself; and correct what keeps this function from it: until then alerts about this secret may come more than once a day.",
    });
  }
}
