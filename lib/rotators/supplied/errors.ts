import { RotationError } from "../../errors.ts";

/** A key that a person hands over cannot be taken, or not now; nothing was changed. */
export class SupplyRefused extends RotationError {
  /** @param happened without a value of what was handed over */
  constructor(happened: string, remedy: string) {
    super({ code: "SUPPLY_REFUSED", happened, remedy });
  }
}

/** Nobody but a person can end the key that was replaced, and it still works, as far as anybody can tell. */
export class SuppliedKeyLeft extends RotationError {
  /**
   * @param key e.g. `the key in api_key`
   * @param since when its consumers were seen to need it no more, for people
   * @param where a person deletes it
   * @param confirm a command that says that it was deleted; absent: it is asked for until it is refused
   */
  constructor(key: string, since: string, where: string, confirm?: string) {
    super({
      code: "SUPPLIED_KEY_LEFT",
      subject: key,
      happened:
        confirm === undefined
          ? `The old value of ${key} still works on ${since}, and no consumer needs it.`
          : `No consumer needs the old value of ${key} any more on ${since}, and only a person can tell whether it still works.`,
      remedy: `Delete it today ${where}.${confirm === undefined ? " You are reminded until it is refused." : ` Then say so: ${confirm}`}`,
    });
  }
}
