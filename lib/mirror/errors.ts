import { RotationError } from "../errors.ts";
import { DocumentError } from "../secret/errors.ts";

/** A field cannot go to its parameter; nothing was written. */
export class FieldNotMirrored extends DocumentError {
  constructor(where: string, field: string, why: string) {
    super({
      code: "FIELD_NOT_MIRRORED",
      happened: `${where}: the field ${JSON.stringify(field)} cannot be mirrored: ${why}.`,
      remedy: "Correct the secret, or its mirror in rotation.yml.",
    });
  }
}

/** A mirrored parameter exists and is not a SecureString; nothing was written. */
export class ParameterNotSecure extends RotationError {
  constructor(parameter: string) {
    super({
      code: "PARAMETER_NOT_SECURE",
      happened: `The parameter ${parameter} is not a SecureString: anyone who may read it gets its value without the KMS key.`,
      remedy:
        "Delete it; the next settlement creates it as a SecureString. Parameter Store cannot change its type.",
    });
  }
}

/** Somebody else keeps writing a parameter while it is written. */
export class ParameterContested extends RotationError {
  constructor(secret: string, parameters: readonly string[]) {
    super({
      code: "PARAMETER_CONTESTED",
      retryable: true,
      happened: `Parameters that mirror ${secret} do not keep the value that settlement writes: ${parameters.join(", ")}.`,
      remedy:
        "Find out who else writes them (CloudTrail: PutParameter) and stop it; settlement retries.",
    });
  }
}

/** Somebody wrote a parameter while it was being mirrored, and that value was replaced. */
export class ParameterOverwritten extends RotationError {
  constructor(secret: string, versions: readonly string[]) {
    super({
      code: "PARAMETER_OVERWRITTEN",
      retryable: true,
      lasting: true,
      happened: `While ${secret} was being mirrored, somebody else wrote ${versions.join(", ")}; the value of AWSCURRENT has replaced that.`,
      remedy:
        "If that value was intended, put it into the secret: aws ssm get-parameter-history shows it by its version.",
    });
  }
}
