import { RotationError } from "../errors.ts";
import { DocumentError } from "../secret/errors.ts";

/** Two credentials of one secret are the same thing at their server or provider: they would undo each other. */
export class CredentialShared extends RotationError {
  /** @param credential its name, e.g. `user app on db.internal:5432` */
  constructor(secret: string, credential: string) {
    super({
      code: "LOGIN_SHARED",
      happened: `Two credentials of ${secret} are both ${credential}, or rotate into each other.`,
      remedy:
        "Make them one credential in rotation.yml (it can have several urls), or give each a user of its own.",
    });
  }
}

/** Two credentials of the manifest write the same field of the secret. */
export class FieldShared extends DocumentError {
  /** @param credential its name, e.g. `user app on db.internal:5432` */
  constructor(where: string, credential: string) {
    super({
      code: "FIELD_SHARED",
      happened: `${where}: another credential of the secret writes the fields of ${credential}, too.`,
      remedy:
        "Name the fields of each under fields in rotation.yml. For a login that is only in a URL, write `fields: {}`.",
    });
  }
}

/** A field that the manifest does not name holds the credential, too: after a rotation it would hold a dead one. */
export class CopyUndeclared extends DocumentError {
  /** @param credential its name, e.g. `user app on db.internal:5432` */
  constructor(where: string, field: string, credential: string) {
    super({
      code: "COPY_UNDECLARED",
      happened: `${where}: the field ${JSON.stringify(field)} also holds the value of ${credential}, and would keep the old one.`,
      remedy:
        "Declare the field in rotation.yml (under urls if it is a URL, under copies if it is the value alone), or remove it from the secret.",
    });
  }
}
