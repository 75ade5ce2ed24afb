import { RotationError } from "../../errors.ts";
import { DocumentError } from "../../secret/errors.ts";

/** Two credentials of one secret are one user of one server, or users of one pair: they would undo each other. */
export class LoginShared extends RotationError {
  constructor(secret: string, address: string, username: string) {
    super({
      code: "LOGIN_SHARED",
      happened: `Two credentials of ${secret} are user ${username} on ${address}, or the users of one pair there.`,
      remedy:
        "Make them one credential in rotation.yml (its urls may be several), or give each a user of its own.",
    });
  }
}

/** A field that the credential needs is not in the document, nor in the manifest's `connection`. */
export class FieldMissing extends DocumentError {
  constructor(where: string, role: string, tried: readonly string[]) {
    super({
      code: "FIELD_MISSING",
      happened: `${where} has no ${role} (looked for ${tried.map((name) => JSON.stringify(name)).join(", ")}).`,
      remedy: `Add the field, or name it in rotation.yml under fields.${role}, or state it under connection.${role}.`,
    });
  }
}

/** `engine` in the document contradicts `type` in the manifest. */
export class EngineMismatch extends DocumentError {
  constructor(where: string, engine: string, type: string) {
    super({
      code: "ENGINE_MISMATCH",
      happened: `${where} says engine ${JSON.stringify(engine)}, rotation.yml says type ${type}.`,
      remedy: "Correct whichever is wrong.",
    });
  }
}

/** A URL in the document points elsewhere than the fields beside it. */
export class UrlMismatch extends DocumentError {
  constructor(where: string, field: string, part: string) {
    super({
      code: "URL_MISMATCH",
      happened: `${where}: the URL in ${JSON.stringify(field)} names another ${part} than the credential has.`,
      remedy: "Correct the URL, or take it off the credential's urls in rotation.yml.",
    });
  }
}

/** A version names another server or user than AWSCURRENT does: it could lead this function astray. */
export class TargetChanged extends DocumentError {
  constructor(where: string, parts: readonly string[]) {
    super({
      code: "TARGET_CHANGED",
      happened: `${where} differs from AWSCURRENT in ${parts.join(", ")}.`,
      remedy:
        "Remove AWSPENDING from that version and rotate afresh; a move to another server is made in AWSCURRENT, never by a rotation.",
      undo: "removePending",
    });
  }
}

/** No credential that the secret ever held is accepted. */
export class CredentialsRefused extends RotationError {
  override impact: RotationError["impact"] = "outage";

  constructor(address: string, username: string, tried: readonly string[]) {
    super({
      code: "CREDENTIALS_REFUSED",
      happened: `${address} refuses user ${username} with ${tried.join(", ")}.`,
      remedy:
        "Set a password for the user by hand (check that it may log in and that VALID UNTIL has not passed) and put it into the secret by PutSecretValue. The administrator repairs this by itself only where rotation.yml names the user (users, or connection.username).",
    });
  }
}

/** The new credential is not accepted although it was set; consumers never got it. */
export class PendingRefused extends RotationError {
  constructor(address: string, username: string) {
    super({
      code: "PENDING_REFUSED",
      retryable: true,
      happened: `${address} refuses user ${username} with the new password, which was just set; consumers do not have it.`,
      remedy:
        "Look at the server's log for the reason (access rules, VALID UNTIL, a replica or pooler that lags behind).",
    });
  }
}

/** There is no second user for this one. */
export class PairUnusable extends RotationError {
  constructor(username: string, problem: string) {
    super({
      code: "PAIR_UNUSABLE",
      happened: `No other user for ${username}: ${problem}.`,
      remedy: "Name both under users (owner, clone) of this credential in rotation.yml.",
    });
  }
}

/** The administrator's secret is not what the manifest needs it to be; no login was tried. */
export class AdminUnusable extends RotationError {
  constructor(secret: string, problem: string, remedy: string) {
    super({ code: "ADMIN_UNUSABLE", happened: `The admin secret ${secret} ${problem}.`, remedy });
  }
}

/** The server refuses the administrator's own credential. */
export class AdminRefused extends RotationError {
  constructor(secret: string, address: string, username: string) {
    super({
      code: "ADMIN_REFUSED",
      happened: `${address} refuses the administrator ${username} of ${secret}.`,
      remedy: "Put the administrator's working password into that secret.",
    });
  }
}
