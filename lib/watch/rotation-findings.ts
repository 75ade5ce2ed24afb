import { isSuppliedVersion } from "../secret/labels.ts";
import { aws, FindingError, toRotate } from "./finding-error.ts";

/** The schedule and its window have passed, and no rotation was completed. */
export class RotationOverdue extends FindingError {
  constructor(secret: string, since: string, lastRotatedAt: string) {
    super({
      code: "ROTATION_OVERDUE",
      happened: `${secret} should have rotated by ${since}, and was rotated last on ${lastRotatedAt}. No failure of a rotation has been reported.`,
      remedy:
        "Rotate it now, and see whether that works. If no rotation begins, check that Secrets Manager may invoke the rotation function.",
      ...toRotate(secret),
    });
  }
}

/** The same of a secret that has never rotated. */
export class RotationNeverRan extends FindingError {
  constructor(secret: string, since: string) {
    super({
      code: "ROTATION_NEVER_RAN",
      happened: `No rotation of ${secret} has ever been completed; the first one should have been by ${since}. No failure of a rotation has been reported.`,
      remedy:
        "Rotate it now, and see whether that works. If no rotation begins, check that Secrets Manager may invoke the rotation function.",
      ...toRotate(secret),
    });
  }
}

/** RotationEnabled is not true. */
export class RotationOff extends FindingError {
  /** @param wasOn whether rotation has been configured once */
  constructor(secret: string, wasOn: boolean) {
    super({
      code: "ROTATION_OFF",
      happened: wasOn
        ? `Rotation of ${secret} is switched off (CancelRotateSecret): it no longer rotates, although rotation.yml says that it should.`
        : `Rotation of ${secret} has never been configured, although rotation.yml says that it should rotate.`,
      remedy: wasOn
        ? "Switch it on again, or remove the secret from rotation.yml, or list it there under exempt. If AWSPENDING is on another version than AWSCURRENT, remove it first."
        : "Deploy again (npx serverless deploy), which configures it.",
      ...(wasOn && {
        cure: {
          to: "To switch it on without rotating now",
          words: aws("rotate-secret", secret, "--no-rotate-immediately"),
        },
      }),
    });
  }
}

/** AWSPENDING stays on another version than AWSCURRENT, which keeps every further rotation from starting. */
export class PendingStuck extends FindingError {
  constructor(secret: string, version: string, isPrepared: boolean) {
    const isSupplied = isSuppliedVersion(version);
    const who = isSupplied
      ? "a key that a person handed over was not promoted"
      : "nobody reported that its rotation failed";
    super({
      code: "PENDING_STUCK",
      subject: version,
      happened: `AWSPENDING of ${secret} has been on version ${version}${isPrepared ? "" : ", which no createSecret has finished,"} for an hour or more, and ${who}. No other rotation starts while it is there.`,
      remedy: isSupplied
        ? `Remove AWSPENDING, then hand the key over again: npm run supply -- ${secret}`
        : "Remove AWSPENDING, then rotate again.",
      undo: "removePending",
    });
  }
}

/** The deadline has passed, and settlement has not reported what it waits for. */
export class SettlementOverdue extends FindingError {
  constructor(secret: string, promotedAt: string) {
    super({
      code: "SETTLEMENT_OVERDUE",
      happened: `The rotation of ${secret} that was promoted on ${promotedAt} is not settled. Its deadline has passed, and settlement has not reported what it waits for.`,
      remedy: "Read the log of settle for this secret: it may fail, or never get to this secret.",
    });
    this.safety = {
      full: "yes: AWSCURRENT holds the new credential; the old one is not retired, so consumers that still hold it can log in.",
      brief: "Production is safe.",
    };
  }
}

/** An emergency began, and neither came to its end nor told why. */
export class EmergencyStopped extends FindingError {
  /**
   * @param secret or what stands for all of them
   * @param id of the emergency, or the first one of several that share it
   */
  constructor(secret: string, id: string, begunAt: string, action: string) {
    const isLeak = action === "leaked";
    super({
      code: "EMERGENCY_STOPPED",
      subject: id,
      happened: `Emergency ${id} (${action}) began for ${secret} on ${begunAt}, and nothing has finished it.${isLeak ? " What leaked may still work." : ""}`,
      remedy: `See its progress: npm run emergency -- --status --id ${id}. Start it again for the same secrets, with --id ${id}: it continues. If it stops again, read the log of emergency.`,
    });
    if (isLeak)
      this.safety = {
        full: "yes, for consumers, as far as this goes. But what leaked may still let strangers in.",
        brief: "What leaked may still work.",
      };
  }
}

/** A drill did not come to its end within an hour. */
export class DrillFailed extends FindingError {
  constructor(secret: string, begunAt: string) {
    super({
      code: "DRILL_FAILED",
      happened: `The drill of ${secret} that began on ${begunAt} did not finish: the same may fail in an emergency.`,
      remedy:
        "See what it waits for: the alerts of this secret, and the log of emergency. Then run the drill again.",
    });
  }
}

/** A canary has not been through a drill for longer than the manifest says. */
export class DrillOverdue extends FindingError {
  constructor(secret: string, since: string) {
    super({
      code: "DRILL_OVERDUE",
      happened: `${secret} should have had a drill by ${since}, and did not: it is not known whether an emergency would work.`,
      remedy: "Run it now, and see whether that works.",
    });
  }
}
