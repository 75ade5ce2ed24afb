import { RotationError } from "../errors.ts";

/** The secret's document is not usable: no connection was opened. */
export abstract class DocumentError extends RotationError {}

/** The version holds `SecretBinary`. */
export class SecretBinary extends DocumentError {
  constructor(secret: string, version: string) {
    super({
      code: "SECRET_BINARY",
      happened: `Version ${version} of ${secret} is binary.`,
      remedy: "Store it as a string (SecretString).",
    });
  }
}

/** The version is not a JSON object. */
export class SecretNotJson extends DocumentError {
  constructor(where: string) {
    super({
      code: "SECRET_NOT_JSON",
      happened: `${where} is not a JSON object.`,
      remedy: "Put a JSON object into the secret; check it with `jq type`.",
    });
  }
}

/** The manifest declares the secret to be the credential itself, but it is an object with fields. */
export class SecretNotPlain extends DocumentError {
  constructor(where: string) {
    super({
      code: "SECRET_NOT_PLAIN",
      happened: `${where} is a JSON object, but rotation.yml declares it to be the credential itself.`,
      remedy: "Name the field of the object in rotation.yml (fields, urls or field) instead.",
    });
  }
}

/** A field is there but holds what it cannot hold. */
export class FieldInvalid extends DocumentError {
  constructor(where: string, field: string, expected: string) {
    super({
      code: "FIELD_INVALID",
      happened: `${where}: ${field === "" ? "the value" : `the field ${JSON.stringify(field)}`} is not ${expected}.`,
      remedy: "Correct the field in the secret, or map another one in rotation.yml under fields.",
    });
  }
}

/** A field that the manifest names, or that a credential needs, is not in the document. */
export class FieldMissing extends DocumentError {
  /** @param what e.g. `field "SECRET_KEY"`, or the role of the field with the names that were tried */
  constructor(
    where: string,
    what: string,
    remedy = "Add the field to the secret, or correct its name in rotation.yml.",
  ) {
    super({ code: "FIELD_MISSING", happened: `${where} has no ${what}.`, remedy });
  }
}

/** A version that must have a value has none. */
export class VersionEmpty extends RotationError {
  /** @param where e.g. `version ID of app` */
  constructor(where: string) {
    super({
      code: "VERSION_EMPTY",
      retryable: true,
      happened: `${where} has no value.`,
      remedy:
        "If this persists, put a value into the secret with PutSecretValue; a version without a value cannot be used.",
    });
  }
}
