import { RotationError } from "../../errors.ts";

/** The administrator's secret cannot be used: nobody asked the provider. */
export class AdminKeyMissing extends RotationError {
  /** @param problem e.g. `has no field "api_key"` */
  constructor(secret: string, problem: string, remedy: string) {
    super({
      code: "ADMIN_KEY_MISSING",
      subject: secret,
      happened: `The admin secret ${secret} ${problem}.`,
      remedy,
    });
  }
}

/** A value that a request to the provider needs is not there. */
export class KeyIncomplete extends RotationError {
  /** @param template the part of the preset that needs it, e.g. `/api-keys/{old.id}` */
  constructor(provider: string, template: string) {
    super({
      code: "KEY_INCOMPLETE",
      subject: provider,
      happened: `A request to ${provider} needs ${template}, but there is no value for it.`,
      remedy:
        "If it is a part of the key ({key.id}, {old.id}), put it into the secret and name its field under fields in rotation.yml. If it is a parameter, add it to the credential.",
    });
  }
}
