import { RotationError } from "../errors.ts";

/** The version is not being retired, or no longer: another pass was faster, or a label moved. Nothing was touched. */
export class NotRetiring extends RotationError {
  constructor(secret: string, version: string, labels: readonly string[]) {
    super({
      code: "NOT_RETIRING",
      retryable: true,
      happened: `Version ${version} of ${secret} carries ${labels.join(", ") || "no label"}; only a version that carries RETIRING, and neither AWSCURRENT nor AWSPENDING, can be retired.`,
      remedy:
        "Rotate the secret first: the rotation attaches RETIRING to the version that it replaces.",
    });
  }
}

/** No leaked-mode rotation replaced the version, so its sessions are not ended; nothing was touched. */
export class NotLeaked extends RotationError {
  constructor(secret: string, version: string) {
    super({
      code: "NOT_LEAKED",
      retryable: true,
      happened: `Version ${version} of ${secret} was not replaced by a leaked-mode rotation, so it is retired only when nothing uses it.`,
      remedy:
        "Nothing to do: settlement rechecks the secret and decides again. If the credential leaked, rotate the secret with a ClientRequestToken that begins with leaked-.",
    });
  }
}

/** A label moved while the version was about to be retired; nothing was touched. */
export class LabelsChanged extends RotationError {
  constructor(secret: string, version: string, label: string) {
    super({
      code: "LABELS_CHANGED",
      retryable: true,
      happened: `${label} of ${secret} moved just before version ${version} would have been retired.`,
      remedy: "Nothing to do: settlement rechecks the secret and decides again.",
    });
  }
}

/** AWSCURRENT was moved or edited by hand, and its server refuses it; what it held before may be all that works. */
export class CurrentRefused extends RotationError {
  override impact: RotationError["impact"] = "outage";

  /** @param credential its name, e.g. `user app on db.internal:5432` */
  constructor(secret: string, credential: string, left: string) {
    super({
      code: "CURRENT_REFUSED",
      retryable: true,
      happened: `AWSCURRENT of ${secret} was moved or edited by hand, and ${credential} is refused; nothing is retired and no consumer is rolled.`,
      remedy: `If version ${left} works, move AWSCURRENT back to it with UpdateSecretVersionStage; otherwise put the password that works into the secret with PutSecretValue.`,
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
        "Look for another way in (a pooler's user list, a replica that lags, the server's access rules) and close it. It is retried automatically.",
    });
  }
}
