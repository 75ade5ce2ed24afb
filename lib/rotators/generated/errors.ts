import { DocumentError } from "../../secret/errors.ts";

/** The current value is not of the declared form: a service may have issued it. It was not overwritten. */
export class FormUnexpected extends DocumentError {
  /** @param form e.g. `hex of 32 bytes` */
  constructor(where: string, field: string, form: string) {
    super({
      code: "FORM_UNEXPECTED",
      happened: `${where}: ${field ? JSON.stringify(field) : "the value"} is not ${form}, so it may be a key that a service issued; it was not overwritten.`,
      remedy:
        "If a random value may replace it, write `overwrite: true` for this credential in rotation.yml, or correct its format. If a service issued it, remove the credential there.",
    });
  }
}
