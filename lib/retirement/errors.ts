import { RotationError } from "../errors.ts";

/** The payload is not what settlement asks of the functions that it invokes. */
export class InvalidRequest extends RotationError {
  constructor(problem: string) {
    super({
      code: "INVALID_REQUEST",
      happened: `The request is none that settlement makes: ${problem}.`,
      remedy:
        "This function is invoked by settlement with { action, secret, version }, without an action where it mirrors; it takes no rotation events.",
    });
  }
}

/** What was asked to be retired is not on its way out; nothing was touched. */
export class NotRetiring extends RotationError {
  constructor(secret: string, version: string, labels: readonly string[]) {
    super({
      code: "NOT_RETIRING",
      happened: `Version ${version} of ${secret} carries ${labels.join(", ") || "no label"}; only a version with RETIRING and neither AWSCURRENT nor AWSPENDING is retired.`,
      remedy: "Rotate the secret first; the rotation attaches RETIRING to what it replaces.",
    });
  }
}

/** AWSCURRENT or AWSPENDING holds the very credential that was asked to be retired; nothing was touched. */
export class HeldByLiveVersion extends RotationError {
  constructor(secret: string, version: string, label: string) {
    super({
      code: "HELD_BY_LIVE_VERSION",
      happened: `Version ${version} of ${secret} holds a credential that ${label} holds too.`,
      remedy: "Retiring it would lock consumers out. If it leaked, rotate again.",
    });
  }
}

/** The old credential was retired, and still works. */
export class StillAccepted extends RotationError {
  /** @param credential its name, e.g. `user app on db.internal:5432` */
  constructor(credential: string) {
    super({
      code: "STILL_ACCEPTED",
      retryable: true,
      happened: `The retired credential of ${credential} still works.`,
      remedy:
        "Look for another way in (a pooler's user list, a replica that lags, pg_hba.conf) and close it; it is tried again.",
    });
  }
}
