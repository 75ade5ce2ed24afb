import { createHash } from "node:crypto";
import type { Secret } from "../../secret/secret.ts";
import { MethodUnknown } from "./answers.ts";

const digest = (algorithm: "sha1" | "sha256", ...parts: readonly Buffer[]) =>
  createHash(algorithm).update(Buffer.concat(parts)).digest();

const mixed = (one: Buffer, other: Buffer) => one.map((byte, index) => byte ^ (other[index] ?? 0));

/** What the server stores for a password of `mysql_native_password`: unsalted, so no two users may share one. */
export function nativeHash(password: Secret<string>): string {
  const once = digest("sha1", Buffer.from(password.reveal()));
  return `*${digest("sha1", once).toString("hex").toUpperCase()}`;
}

/** How the password of one method of authentication is proven. */
interface Method {
  /** The answer to the server's challenge. */
  answer(password: Buffer, challenge: Buffer): Buffer;
  /** To what the server says next: an answer, or nothing where it only goes on. @throws MethodUnknown */
  next?(said: Buffer, password: Buffer): Buffer | undefined;
}

const methods = {
  /** Proves the password without holding it. */
  mysql_native_password: {
    answer(password, challenge) {
      const once = digest("sha1", password);
      return Buffer.from(mixed(once, digest("sha1", challenge, digest("sha1", once))));
    },
  },
  /** The same, for a server that has seen this password lately; any other one asks for the password itself. */
  caching_sha2_password: {
    answer(password, challenge) {
      const once = digest("sha256", password);
      const twice = digest("sha256", once);
      return Buffer.from(mixed(once, digest("sha256", twice, challenge)));
    },
    next(said, password) {
      if (said[1] === fastLogin) return undefined;
      if (said[1] === fullLogin) return ended(password);
      throw new MethodUnknown("caching_sha2_password");
    },
  },
  /** Only the password itself proves it. */
  sha256_password: { answer: (password) => ended(password) },
} as const satisfies Readonly<Record<string, Method>>;

const fastLogin = 3;
const fullLogin = 4;

/** Inside verified TLS, to the server whose certificate was proven. */
const ended = (password: Buffer) => Buffer.concat([password, Buffer.from([0])]);

export type MethodName = keyof typeof methods;

/** The methods of an engine. A server that asks for others gets no answer. The first is what most accounts have. */
export type MethodNames = readonly [MethodName, ...MethodName[]];

const isOneOf = (names: MethodNames, plugin: string): plugin is MethodName =>
  names.some((name) => name === plugin);

/** One login's proof, as the server asks for it. */
export class Proof {
  readonly #names: MethodNames;
  readonly #password: Buffer;
  #name: MethodName;

  /** @param plugin what the server would like; it may ask for another one later */
  constructor(names: MethodNames, password: Secret<string>, plugin: string) {
    this.#names = names;
    this.#password = Buffer.from(password.reveal());
    this.#name = isOneOf(names, plugin) ? plugin : names[0];
  }

  get plugin(): string {
    return this.#name;
  }

  answer(challenge: Buffer): Buffer {
    const method: Method = methods[this.#name];
    return this.#password.length === 0 ? this.#password : method.answer(this.#password, challenge);
  }

  /** @throws MethodUnknown */
  switchTo(plugin: string, challenge: Buffer): Buffer {
    if (!isOneOf(this.#names, plugin))
      throw new MethodUnknown(/^\w{1,64}$/.test(plugin) ? plugin : "");
    this.#name = plugin;
    return this.answer(challenge);
  }

  /** @throws MethodUnknown */
  next(said: Buffer): Buffer | undefined {
    const method: Method = methods[this.#name];
    if (!method.next) throw new MethodUnknown("");
    return method.next(said, this.#password);
  }
}
