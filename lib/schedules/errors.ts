import { RotationError } from "../errors.ts";

const repeated =
  "it tries again within the hour, and with every deployment that changes a schedule.";

type Cause = Pick<RotationError, "happened" | "remedy" | "retryable">;

/** A secret's rotation is not switched on, or not as the manifest says. */
export class ScheduleNotSet extends RotationError {
  override readonly next = repeated;

  constructor(secret: string, { happened, remedy = "", retryable }: Cause) {
    super({
      code: "SCHEDULE_NOT_SET",
      retryable,
      happened: `The rotation schedule of ${secret} was not set: ${happened}`,
      remedy: `${remedy || "Nothing yet."} Quarterturn tries again every hour.`,
    });
  }
}

/** A secret that the manifest does not name, or not to be rotated, is still rotated by this stack's function. */
export class ScheduleNotEnded extends RotationError {
  override readonly next = repeated;

  constructor(secret: string, { happened, remedy = "", retryable }: Cause, isSupplied = false) {
    const why = isSupplied
      ? `People make all that ${secret} holds`
      : `The manifest does not name ${secret}`;
    super({
      code: "SCHEDULE_NOT_ENDED",
      retryable,
      happened: `${why}, and its rotation was not switched off: ${happened}`,
      remedy:
        `Switch it off by hand (aws secretsmanager cancel-rotate-secret), or let Quarterturn do it. ${remedy}`.trim(),
    });
  }
}

/** Nobody settles what the manifest does not name. */
export class LeftUnsettled extends RotationError {
  override readonly next = "it only checks every hour, and tells you when RETIRING is gone.";

  /** @param version whose credential is still to be retired */
  constructor(secret: string, version: string) {
    super({
      code: "LEFT_UNSETTLED",
      happened: `The manifest does not name ${secret} any more, and its last rotation was not settled: the credential in version ${version} still logs in, and nothing will retire it.`,
      remedy:
        "Put the secret back into rotation.yml and deploy; remove it when RETIRING is gone. Or retire that credential by hand, and then remove RETIRING.",
    });
  }
}

/** Two deployments name the same secret. */
export class OtherStackRotates extends RotationError {
  override readonly next = repeated;

  constructor(secret: string, functionArn: string) {
    super({
      code: "OTHER_STACK_ROTATES",
      happened: `${secret} is rotated by ${functionArn}, the function of another deployment, so this one left it alone.`,
      remedy:
        "Remove it from one of the two manifests, and deploy both, first the deployment that gives it up.",
    });
  }
}

/** AWS or its partner rotates the secret itself. */
export class ScheduleManaged extends RotationError {
  override readonly next = repeated;

  constructor(secret: string) {
    super({
      code: "SCHEDULE_MANAGED",
      happened: `${secret} belongs to a service that rotates it itself, so its schedule was left alone.`,
      remedy: "Remove it from rotation.yml; a credential can still name it under admin.",
    });
  }
}

/** More schedules failed at once than are told one by one. */
export class SchedulesNotSet extends RotationError {
  override readonly next = repeated;

  constructor(names: readonly string[], { happened, remedy = "" }: Cause) {
    super({
      code: "SCHEDULES_NOT_SET",
      retryable: true,
      happened: `The rotation schedules of ${names.length} more secrets differ from the manifest: ${names.slice(0, 20).join(", ")}${names.length > 20 ? " and others, which the log names" : ""}. The first: ${happened}`,
      remedy: `${remedy || "Nothing yet."} Quarterturn tries again every hour.`,
    });
  }
}

/** Secrets Manager does not say which secrets there are, so no schedule could be looked at. */
export class SchedulesUnseen extends RotationError {
  override readonly next = repeated;

  constructor({ happened, remedy = "", retryable }: Cause) {
    super({
      code: "SCHEDULES_UNSEEN",
      retryable,
      happened: `The rotation schedules could not be checked: ${happened}`,
      remedy: `${remedy || "Nothing yet."} Quarterturn tries again every hour.`,
    });
  }
}

/** The payload is not what CloudFormation sends. */
export class InvalidStackRequest extends RotationError {
  constructor(problem: string) {
    super({
      code: "INVALID_STACK_REQUEST",
      happened: `Not a request of CloudFormation: ${problem}.`,
      remedy: "CloudFormation invokes this function; by hand, invoke it with {}.",
    });
  }
}
