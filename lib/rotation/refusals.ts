import { RotationError } from "../errors.ts";

/** AWS itself rotates the secret (`OwningService`). */
export class ManagedByAws extends RotationError {
  constructor(secret: string, owner: string) {
    super({
      code: "MANAGED_BY_AWS",
      happened: `The secret ${secret} belongs to ${owner}, which rotates it itself.`,
      remedy: "Remove it from rotation.yml; set its schedule in that service.",
    });
  }
}

/** `RotationEnabled` is not true. */
export class RotationNotEnabled extends RotationError {
  constructor(secret: string) {
    super({
      code: "ROTATION_NOT_ENABLED",
      happened: `Rotation is not enabled for the secret ${secret}.`,
      remedy:
        "Enable it with RotateSecret, this function's ARN and a schedule (npx serverless deploy does this).",
    });
  }
}

/** The token is not the id of a labelled version of the secret. */
export class TokenUnknown extends RotationError {
  constructor(secret: string, token: string) {
    super({
      code: "TOKEN_UNKNOWN",
      happened: `The secret ${secret} has no labelled version ${token}.`,
      remedy:
        "Start a fresh rotation with RotateSecret. An event cannot be replayed once its version has lost AWSPENDING.",
    });
  }
}

/** The token's version exists but is not AWSPENDING. */
export class TokenNotPending extends RotationError {
  constructor(secret: string, token: string, labels: readonly string[]) {
    super({
      code: "TOKEN_NOT_PENDING",
      happened: `Version ${token} of ${secret} carries ${labels.join(", ") || "no label"}, not AWSPENDING.`,
      remedy: "Start a fresh rotation with RotateSecret.",
    });
  }
}

/** No version is AWSCURRENT, so a rotation has nothing to start from. */
export class NoCurrentVersion extends RotationError {
  constructor(secret: string) {
    super({
      code: "NO_CURRENT_VERSION",
      happened: `No version of the secret ${secret} is AWSCURRENT.`,
      remedy: "Put the credential that works now into the secret with PutSecretValue.",
    });
  }
}

/** A version other than AWSCURRENT is RETIRING, or was left by hand: its credential may be alive. */
export class Unsettled extends RotationError {
  constructor(secret: string, retiring: string) {
    super({
      code: "UNSETTLED",
      retryable: true,
      happened: `The last rotation of ${secret} is not settled: version ${retiring} is still to be retired and consumers may hold its credential.`,
      remedy:
        "Wait until settlement has removed RETIRING, or find out what blocks it. Rotating again now could lock consumers out. If the credential leaked, start an emergency (leaked): it does not wait.",
    });
  }
}
