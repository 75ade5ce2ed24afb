import { RotationError } from "../errors.ts";

/** What keeps a rotation from being settled and needs somebody to look, with what to do. */
export const settlementRemedies = {
  PINNED_REFERENCE:
    "Take the version id or label off the reference in the task definition, and deploy it.",
  CONTROLLER_CANNOT_BE_FORCED:
    "Deploy the service by what controls it; the new tasks get the new value.",
  ROLL_FAILED:
    "Find out why, and start a new deployment: aws ecs update-service --force-new-deployment.",
  ROLLED_BACK: "See the service's events for why its new tasks failed, and deploy again.",
  PROMOTION_UNKNOWN:
    "If rotation was disabled, enable it again; else start a new deployment of every consumer and remove RETIRING by hand.",
  CLUSTER_UNREADABLE: "Correct clusters in rotation.yml, or the function's permissions.",
  REFERENCE_OUTSIDE: "Add its cluster to clusters in rotation.yml.",
  DEADLINE_PASSED: "Look at what it waits for; it goes on by itself when that is over.",
  PARAMETER_DRIFT:
    "If the parameter's value is right, put it into the secret; else say overwrite: true under its mirror in rotation.yml and deploy.",
} as const;

/** A parameter was changed by hand while the secret is settled. While it is not: SettlementStuck. */
export class ParameterDrift extends RotationError {
  constructor(secret: string, why: string) {
    const happened = `Parameters no longer mirror ${secret}: ${why}.`;
    super({
      code: "PARAMETER_DRIFT",
      retryable: true,
      happened,
      remedy: settlementRemedies.PARAMETER_DRIFT,
    });
  }
}

/** The old credential cannot be retired yet, and somebody has to look why. */
export class SettlementStuck extends RotationError {
  override readonly impact: "unchanged" | "outage";

  /** @param oldWorks whether whoever holds the old credential still logs in */
  constructor(
    code: keyof typeof settlementRemedies,
    secret: string,
    why: string,
    oldWorks: boolean,
  ) {
    const old = oldWorks
      ? "so its old credential still works"
      : "and consumers that hold its old password cannot open new connections";
    const happened = `The last rotation of ${secret} is not settled, ${old}: ${sentence(why)}`;
    super({ code, retryable: true, happened, remedy: settlementRemedies[code] });
    this.impact = oldWorks ? "unchanged" : "outage";
    if (oldWorks)
      this.safety = {
        full: "yes: both credentials work. AWSCURRENT holds the new one; the old one was not retired, so consumers that still hold it log in.",
        brief: "Production is safe.",
      };
  }
}

const sentence = (text: string) => (text.endsWith(".") ? text : `${text}.`);

/** A function that settlement invoked failed, or answered what it should not. */
export abstract class InvokedFailed extends RotationError {
  /** The code is one of ours, so that function has told on-call itself; Lambda's own have a dot or capitals. */
  readonly isTold: boolean;

  constructor(code: string, functionName: string, cause: string, message: string) {
    super({
      code,
      retryable: true,
      happened: `${functionName} failed (${cause}): ${message}`,
      remedy: "See that function's log; it is tried again.",
    });
    this.isTold = /^[A-Z]+(_[A-Z]+)*$/.test(cause);
  }
}

/** The function that reaches the server failed. */
export class RetirementFailed extends InvokedFailed {
  constructor(functionName: string, cause: string, message: string) {
    super("RETIREMENT_FAILED", functionName, cause, message);
  }
}

/** The function that writes the parameters failed. */
export class MirrorFailed extends InvokedFailed {
  constructor(functionName: string, cause: string, message: string) {
    super("MIRROR_FAILED", functionName, cause, message);
  }
}
