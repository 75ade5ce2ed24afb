import { randomBytes } from "node:crypto";
import { AwsError, invalidRequest, notFound } from "../aws-error.ts";
import type { Secret, SecretChange } from "./secret.ts";

const ARN_SUFFIX_LENGTH = "-AbCdEf".length;

/** The secrets of one account and Region. */
export class SecretTable {
  readonly #byName = new Map<string, Secret>();
  readonly #arnPrefix: string;
  readonly #changed: (secret: Secret, change: SecretChange) => void;

  constructor(
    region: string,
    accountId: string,
    changed: (secret: Secret, change: SecretChange) => void,
  ) {
    this.#changed = changed;
    this.#arnPrefix = `arn:aws:secretsmanager:${region}:${accountId}:secret:`;
  }

  add(name: string, now: number): Secret {
    const arn = `${this.#arnPrefix}${name}-${randomBytes(9).toString("base64").replace(/\W/g, "x").slice(0, 6)}`;
    const secret: Secret = {
      arn,
      name,
      createdAt: now,
      changedAt: now,
      versions: new Map(),
      tags: [],
      changed: (change) => this.#changed(secret, change),
    };
    this.#byName.set(name, secret);
    return secret;
  }

  remove(secret: Secret): void {
    this.#byName.delete(secret.name);
  }

  named(name: string): Secret | undefined {
    return this.#byName.get(name);
  }

  all(): Secret[] {
    return [...this.#byName.values()];
  }

  /**
   * By name, by ARN, or by an ARN without its hyphen and six random characters
   * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen).
   * Throws ValidationException for an id that no secret can have, ResourceNotFoundException.
   */
  find(secretId: string): Secret {
    const found = this.lookUp(secretId);
    if (found === undefined) {
      throw notFound("Secrets Manager can't find the specified secret.");
    }
    return found;
  }

  /** As `find`; undefined where there is none. */
  lookUp(secretId: string): Secret | undefined {
    if (!/^[\w:/+=.@!-]+$/.test(secretId)) throw invalidName();
    return (
      this.#byName.get(secretId) ??
      this.all().find(({ arn }) => arn === secretId) ??
      this.all().find(({ arn }) => arn.slice(0, -ARN_SUFFIX_LENGTH) === secretId)
    );
  }

  /** As `find`, and InvalidRequestException where the secret is scheduled for deletion. */
  findLive(secretId: string): Secret {
    const secret = this.find(secretId);
    if (secret.deletionAt !== undefined) {
      throw invalidRequest(
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    }
    return secret;
  }
}

export function invalidName(): AwsError {
  return new AwsError(
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
  );
}
