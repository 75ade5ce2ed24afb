import { RotationError } from "../../errors.ts";
import { DocumentError, FieldMissing } from "../../secret/errors.ts";

/** A field that the login needs is not in the document. @param tried names of fields */
export function roleMissing(
  where: string,
  role: "host" | "port" | "database" | "username" | "password" | "URL",
  tried: readonly string[],
): FieldMissing {
  const names = tried.map((name) => JSON.stringify(name)).join(", ");
  return new FieldMissing(where, `${role} (looked for ${names})`, remedies[role] ?? stated(role));
}

const remedies: Readonly<Record<string, string>> = {
  URL: "Add the field to the secret, or correct its name under urls in rotation.yml.",
  password: "Add the field to the secret, or name it in rotation.yml under fields.password.",
};

const stated = (role: string) =>
  `Add the field to the secret, or name it in rotation.yml under fields.${role}, or state the value under connection.${role}.`;

/** No type is declared, and `engine` in the document, or a URL's scheme, names none that a login can have then. */
export class EngineMismatch extends DocumentError {
  /** @param stated e.g. `engine "mysql"` */
  constructor(where: string, stated: string, type: string) {
    super({
      code: "ENGINE_MISMATCH",
      happened: `${where} has ${stated}, but in rotation.yml the credential has type ${type}, by default.`,
      remedy: `If it is a login of ${type}, write \`type: ${type}\` in rotation.yml, which takes precedence. Otherwise write its real type (docs/manifest.md lists them), or correct the field; if there is no such type, write \`exempt\` for this secret.`,
    });
  }
}

/** A URL in the document points elsewhere than the fields beside it. */
export class UrlMismatch extends DocumentError {
  constructor(where: string, field: string, part: "host" | "port" | "user" | "password") {
    super({
      code: "URL_MISMATCH",
      happened: `${where}: the URL in ${JSON.stringify(field)} has another ${part} than the credential.`,
      remedy: `Correct the URL${part === "user" ? "" : ", in which the password is percent-encoded (# is %23)"}. If its host leads to the same login (a reader, a pooler), declare it under otherHosts in rotation.yml. If the fields beside it belong to another login, write \`fields: {}\` there.`,
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
        "Remove AWSPENDING from that version and start a fresh rotation. To move to another server, edit AWSCURRENT; a rotation never does.",
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
        "Set a password for the user by hand (check that the user may log in and has not expired), and put it into the secret with PutSecretValue. Quarterturn repairs this with the administrator only if rotation.yml names the user (users, or connection.username).",
    });
  }
}

/** The user has no second user to alternate with. */
export class PairUnusable extends RotationError {
  constructor(
    username: string,
    problem: string,
    remedy = "Name both under users (owner, clone) of this credential in rotation.yml.",
  ) {
    super({
      code: "PAIR_UNUSABLE",
      happened: `No other user for ${username}: ${problem}.`,
      remedy,
    });
  }
}

/** The administrator's secret cannot be used; no login was tried. */
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
