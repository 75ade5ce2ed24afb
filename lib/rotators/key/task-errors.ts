import { RotationError } from "../../errors.ts";

/** Quarterturn did not create the old key, so only a person may delete it. */
export class KeyForeign extends RotationError {
  /** @param where a person deletes it: a URL, or the provider */
  constructor(key: string, id: string | undefined, where: string) {
    super({
      code: "KEY_FOREIGN",
      subject: key,
      happened: `The old key of ${key}${id === undefined ? "" : ` (${id})`} was not created by Quarterturn, and still works.`,
      remedy: `Delete it at ${where}, or write \`adopt: true\` for this credential in rotation.yml.`,
    });
  }
}

/** A person has enabled an old key again: a consumer may need it. */
export class KeyEnabledAgain extends RotationError {
  /** @param where a person disables or deletes it: a URL, or the provider */
  constructor(key: string, id: string | undefined, where: string) {
    super({
      code: "KEY_ENABLED_AGAIN",
      subject: key,
      happened: `The old key of ${key}${id === undefined ? "" : ` (${id})`} was disabled, because no known consumer holds it, and somebody has enabled it again. It is not disabled a second time.`,
      remedy: `Find the consumer that still uses it, and have it read AWSCURRENT. Then disable or delete the key at ${where}; settlement continues from there.`,
    });
  }
}

/** The old key has the name of one that Quarterturn made for another secret, or for another field. */
export class KeyOfAnother extends RotationError {
  /** @param where a person deletes it: a URL, or the provider */
  constructor(key: string, id: string | undefined, name: string, where: string) {
    super({
      code: "KEY_OF_ANOTHER",
      subject: key,
      happened: `The old key of ${key} (${id}) is called ${name}, so Quarterturn made it for another secret or field, which may hold it; it still works.`,
      remedy: `See what holds it. If nothing does, delete it at ${where}.`,
    });
  }
}
