import type { SecretDocument } from "../../secret/document.ts";
import { DocumentError } from "../../secret/errors.ts";
import type { EngineTraits } from "./engine.ts";
import { type Login, type LoginSpec, requireSameTarget } from "./login.ts";
import { readLogin } from "./login-document.ts";
import type { Strategy } from "./strategy.ts";

interface Reading {
  readonly spec: LoginSpec;
  readonly traits: EngineTraits;
  readonly strategy: Pick<Strategy, "username">;
}

/** One login as the versions of its secret have it. Each document is parsed once. */
export class Logins {
  readonly #reading: Reading;
  readonly #known = new WeakMap<SecretDocument, Login>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** @throws DocumentError */
  of(document: SecretDocument): Login {
    const known = this.#known.get(document);
    if (known) return known;
    const login = readLogin(document, this.#reading.spec, this.#reading.traits);
    this.#known.set(document, login);
    return login;
  }

  /** The user of the version that follows the one with this user. */
  nextUsername(username: string): string {
    return this.#reading.strategy.username(username, this.#reading);
  }

  /** Every user name that the secret holds in turn. */
  usernames({ username }: Login): readonly string[] {
    return [...new Set([username, this.nextUsername(username)])];
  }

  /** The login of a version that follows AWSCURRENT. @throws TargetChanged */
  following(document: SecretDocument, current: SecretDocument): Login {
    const login = this.of(document);
    const now = this.of(current);
    const username = this.nextUsername(now.username);
    requireSameTarget(document.where, { ...now, username }, login);
    return login;
  }

  /** The login of a version that comes before or after AWSCURRENT. @throws TargetChanged */
  ofSameTarget(document: SecretDocument, current: SecretDocument): Login {
    const login = this.of(document);
    const now = this.of(current);
    if (login.username !== now.username) return this.following(document, current);
    requireSameTarget(document.where, now, login);
    return login;
  }

  /** As `ofSameTarget`. A version that does not hold a login of these users cannot heal anything. */
  async *usable(
    documents: AsyncIterable<SecretDocument>,
    current: SecretDocument,
  ): AsyncGenerator<Login> {
    for await (const document of documents) {
      const login = this.usableIn(document, current);
      if (login) yield login;
    }
  }

  /** As `ofSameTarget`; `undefined` where that throws. */
  usableIn(document: SecretDocument, current: SecretDocument): Login | undefined {
    try {
      return this.ofSameTarget(document, current);
    } catch (error) {
      if (error instanceof DocumentError) return undefined;
      throw error;
    }
  }
}
