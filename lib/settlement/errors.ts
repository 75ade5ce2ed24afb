import { type Failure, RotationError } from "../errors.ts";
import type { Problem } from "./consumer.ts";

/** What keeps a secret from being settled, beside its consumers, with what to do. */
export const settlementRemedies = {
  PROMOTION_UNKNOWN:
    "Allow secretsmanager:TagResource on the secret in the function's role, and leave room for a tag (a secret can have 50).",
  SECRET_DELETED:
    "Restore the secret with aws secretsmanager restore-secret to have its old credential retired. If you want it deleted, retire the credentials of its versions by hand first: once it is gone, nobody can.",
  PENDING_ABANDONED:
    "Start a rotation with RotateSecret: it replaces that credential. If the version is to become AWSCURRENT after all, move the label there.",
  STILL_ACCEPTED:
    "Look for another way in (a pooler's user list, a replica that lags, the server's access rules) and close it. It is retried automatically.",
  DEADLINE_PASSED:
    "Look at what it waits for; settlement continues automatically once that is over.",
  PARAMETER_DRIFT:
    "If the parameter's value is right, put it into the secret; otherwise set overwrite: true under its mirror in rotation.yml and deploy.",
} as const;

export const settlementProblem = (
  code: keyof typeof settlementRemedies,
  why: string,
  subject?: string,
): Problem => ({ code, why, remedy: settlementRemedies[code], subject });

/** A parameter was changed by hand, or a rotation given up, while the secret is settled. Else: SettlementStuck. */
export class SettledProblem extends RotationError {
  override safety = {
    full: "yes: AWSCURRENT was not touched, and no credential was ended.",
    brief: "Production is safe.",
  };

  constructor({ code, why, remedy, subject = "" }: Problem, secret: string) {
    const what =
      code === "PARAMETER_DRIFT"
        ? `A parameter no longer mirrors ${secret}`
        : `A rotation of ${secret} was given up`;
    super({ code, subject, retryable: true, happened: `${what}: ${sentence(why)}`, remedy });
  }
}

/** What AWSCURRENT held before cannot be retired: it leads to another server or user, or is no credential. */
export class OldElsewhere extends RotationError {
  constructor(secret: string, version: string) {
    super({
      code: "OLD_ELSEWHERE",
      subject: version,
      lasting: true,
      happened: `Version ${version} of ${secret}, which AWSCURRENT has left, holds no credential or leads to another server or user. Quarterturn did not connect there and does not retire it.`,
      remedy:
        "If it holds a credential that nothing uses any more, disable that on its server by hand.",
    });
  }
}

/** A version that AWSCURRENT left by hand cannot be labelled as one to be retired, until another label is gone. */
export class LabelsExhausted extends RotationError {
  constructor(secret: string, version: string) {
    super({
      code: "LABELS_EXHAUSTED",
      subject: version,
      happened: `${secret} has 20 staging labels, the most that Secrets Manager allows, so version ${version}, which AWSCURRENT has left, cannot be labelled for retirement. Its credential may still work.`,
      remedy:
        "Leave AWSCURRENT where it is: settlement continues with the labelled versions, and with this one once their labels are gone. To speed it up, remove labels of your own with UpdateSecretVersionStage.",
    });
  }
}

/** The old credential cannot be retired until somebody acts. */
export class SettlementStuck extends RotationError {
  override readonly impact: "unchanged" | "outage";

  /** @param oldWorks whether consumers that hold the old credential still log in */
  constructor({ code, why, remedy, subject = "" }: Problem, secret: string, oldWorks: boolean) {
    const old = oldWorks
      ? "so its old credential still works"
      : "and consumers that hold its old password cannot open new connections";
    const happened = `The last rotation of ${secret} is not settled, ${old}: ${sentence(why)}`;
    super({ code, subject, retryable: true, happened, remedy });
    this.impact = oldWorks ? "unchanged" : "outage";
    if (oldWorks)
      this.safety = {
        full: "yes: both credentials work. AWSCURRENT holds the new one; the old one was not retired, so consumers that still hold it can log in.",
        brief: "Production is safe.",
      };
  }
}

const sentence = (text: string) => (text.endsWith(".") ? text : `${text}.`);

/** How a function that settlement invokes failed. */
export interface InvokedFailure
  extends Partial<Omit<Failure, "happened">>,
    Partial<Pick<RotationError, "impact" | "server">> {
  /** What it said, or what is wrong with its answer; full sentences. */
  readonly why: string;
}

/** A function that settlement invoked failed, or gave an answer that cannot be used. */
export abstract class InvokedFailed extends RotationError {
  override readonly impact: RotationError["impact"];
  /** The server that could not be used, for any of its credentials. */
  override readonly server: string | undefined;
  /** Of the function. */
  readonly functionName: string;

  /** @param code where the function names none, e.g. because it was killed */
  constructor(
    code: string,
    functionName: string,
    { why, impact, server, ...more }: InvokedFailure,
  ) {
    super({
      code,
      retryable: true,
      happened: `${functionName} failed: ${why}`,
      remedy: "See that function's log; settlement invokes it again.",
      ...more,
    });
    this.impact = impact ?? "unchanged";
    this.server = server;
    this.functionName = functionName;
  }
}

/** An old credential works until a person ends it; the function that retires says how. */
export class RetirementTask extends RotationError {
  override safety = {
    full: "yes: the new credential is in use, and the old one still works.",
    brief: "Production is safe.",
  };
  override readonly next =
    "it checks every five minutes whether this is done. You get one more message when it is.";
}

/** The function that retires credentials failed. */
export class RetirementFailed extends InvokedFailed {
  constructor(functionName: string, failure: InvokedFailure) {
    super("RETIREMENT_FAILED", functionName, failure);
  }
}

/** The function that writes the parameters failed. */
export class MirrorFailed extends InvokedFailed {
  constructor(functionName: string, failure: InvokedFailure) {
    super("MIRROR_FAILED", functionName, failure);
  }
}
