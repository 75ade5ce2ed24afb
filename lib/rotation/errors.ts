import { RotationError } from "../errors.ts";

/** The manifest that was compiled into this function does not name the secret. */
export class NotInManifest extends RotationError {
  constructor(secret: string) {
    super({
      code: "NOT_IN_MANIFEST",
      happened: `The manifest of this function does not name the secret ${secret}.`,
      remedy:
        "Add it to rotation.yml and deploy, or remove this function from the secret's rotation.",
    });
  }
}

/** AWSCURRENT was edited or moved while this rotation was under way; promoting would undo that. */
export class SecretChanged extends RotationError {
  constructor(secret: string, token: string) {
    super({
      code: "SECRET_CHANGED",
      happened: `AWSCURRENT of ${secret} was edited or moved by hand after version ${token} was made from it.`,
      remedy:
        "Remove AWSPENDING from that version and start a fresh rotation, which starts from AWSCURRENT as it is now.",
      undo: "removePending",
    });
  }
}

/** The pending version has no value although createSecret has run. */
export class PendingEmpty extends RotationError {
  constructor(secret: string, token: string) {
    super({
      code: "PENDING_EMPTY",
      retryable: true,
      happened: `Version ${token} of ${secret} has no value yet.`,
      remedy:
        "Secrets Manager repeats the rotation from createSecret. If this persists, start a fresh rotation.",
    });
  }
}

/** Secrets Manager takes at most 65,536 bytes. */
export class SecretTooLarge extends RotationError {
  constructor(secret: string, bytes: number) {
    super({
      code: "SECRET_TOO_LARGE",
      happened: `The new value of ${secret} would have ${bytes} bytes; Secrets Manager allows 65536.`,
      remedy: "Split the secret.",
    });
  }
}

/** Somebody else moved AWSCURRENT while this rotation was about to. */
export class LabelMoved extends RotationError {
  constructor(secret: string) {
    super({
      code: "LABEL_MOVED",
      happened: `AWSCURRENT of ${secret} was moved by somebody else during the promotion; nothing was promoted.`,
      remedy: "Remove AWSPENDING and start a fresh rotation.",
      undo: "removePending",
    });
  }
}

/** `in-place` stopped inside its switch: what the server accepts now is unknown, or must not be changed. */
export class SwitchUndecided extends RotationError {
  override impact: RotationError["impact"] = "outage";

  constructor(secret: string, username: string, why: string) {
    super({
      code: "SWITCH_UNDECIDED",
      retryable: true,
      happened: `The switch of user ${username} in ${secret} stopped halfway, and AWSCURRENT may be refused (${why}).`,
      remedy:
        "Run RotateSecret now: the next attempt completes the switch. Do not remove AWSPENDING.",
    });
  }
}

/** Another attempt makes a call at this moment that must not be made twice. */
export class RotationUnderWay extends RotationError {
  constructor(secret: string) {
    super({
      code: "ROTATION_UNDER_WAY",
      retryable: true,
      happened: `Another attempt is replacing the credential of ${secret} at this moment.`,
      remedy: "Nothing to do: the next attempt continues from there.",
    });
  }
}

/** The new credential does not work although it was set; consumers never got it. */
export class PendingRefused extends RotationError {
  /** @param credential its name, e.g. `user app on db.internal:5432` */
  constructor(credential: string) {
    super({
      code: "PENDING_REFUSED",
      retryable: true,
      happened: `The new credential of ${credential} is refused although it was just set; consumers do not have it.`,
      remedy:
        "Look for the reason in the server's log (access rules, an expiry date, a replica or pooler that lags behind).",
    });
  }
}

/** The manifest asks for a type or strategy that these functions do not have. */
export class UnknownType extends RotationError {
  constructor(name: string) {
    super({
      code: "UNKNOWN_TYPE",
      happened: `The manifest asks for ${name}, which this function does not have.`,
      remedy: "Correct rotation.yml and deploy. npm run build checks it.",
    });
  }
}
