import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Secret } from "../../secret/secret.ts";
import { saslPrepared } from "../login/sasl-prep.ts";

const derive = promisify(pbkdf2);

/** The methods by which a password is proven without giving it away. The first is preferred. */
const methods = {
  "SCRAM-SHA-256": {
    hash: "sha256",
    size: 32,
    key: (_: string, password: string) => saslPrepared(password),
  },
  // Not the password itself, but a digest, as MongoDB has had it since 2.4 (MongoDB specifications, "auth").
  "SCRAM-SHA-1": {
    hash: "sha1",
    size: 20,
    key: (username: string, password: string) =>
      createHash("md5").update(`${username}:mongo:${password}`).digest("hex"),
  },
} as const;

export type Mechanism = keyof typeof methods;

export const mechanisms = Object.keys(methods) as readonly Mechanism[];

export const isMechanism = (name: string): name is Mechanism => Object.hasOwn(methods, name);

/** A server that asks for less work would find a password out; one that asks for more would keep a function busy. */
const rounds = { least: 4096, most: 1_000_000 };

/** The server breaks the rules of the proof: it need not know the password. */
export class NotProven extends Error {}

/** The client's side of RFC 5802, without channel binding. */
export class Scram {
  readonly mechanism: Mechanism;
  readonly #username: string;
  readonly #password: Secret<string>;
  readonly #nonce = randomBytes(24).toString("base64");
  #signature: Buffer | undefined;

  constructor(
    mechanism: Mechanism,
    { username, password }: { readonly username: string; readonly password: Secret<string> },
  ) {
    this.mechanism = mechanism;
    this.#username = username;
    this.#password = password;
  }

  get #bare(): string {
    const name = this.#username.replaceAll("=", "=3D").replaceAll(",", "=2C");
    return `n=${name},r=${this.#nonce}`;
  }

  first(): Buffer {
    return Buffer.from(`n,,${this.#bare}`);
  }

  /** @param challenge the server's first message @throws NotProven */
  async proof(challenge: Buffer): Promise<Buffer> {
    const { hash, size, key } = methods[this.mechanism];
    const text = challenge.toString();
    const { r: nonce = "", s: salt = "", i } = parts(text);
    const count = Number(i);
    const isFresh = nonce.startsWith(this.#nonce) && nonce.length > this.#nonce.length;
    if (!isFresh || salt === "" || !(count >= rounds.least && count <= rounds.most))
      throw new NotProven();
    const secret = key(this.#username, this.#password.reveal());
    const salted = await derive(secret, Buffer.from(salt, "base64"), count, size, hash);
    const mac = (by: Buffer, of: string) => createHmac(hash, by).update(of).digest();
    const last = `c=biws,r=${nonce}`;
    const both = `${this.#bare},${text},${last}`;
    const own = mac(salted, "Client Key");
    const sign = mac(createHash(hash).update(own).digest(), both);
    this.#signature = mac(mac(salted, "Server Key"), both);
    const proof = Buffer.from(own.map((byte, index) => byte ^ (sign[index] ?? 0)));
    return Buffer.from(`${last},p=${proof.toString("base64")}`);
  }

  /** That the server knows the password too. @param answer its last message @throws NotProven */
  verify(answer: Buffer): void {
    const { v = "" } = parts(answer.toString());
    const signature = Buffer.from(v, "base64");
    const expected = this.#signature;
    if (!expected || signature.length !== expected.length || !timingSafeEqual(signature, expected))
      throw new NotProven();
  }
}

/** `r=…,s=…,i=…` */
const parts = (message: string): Readonly<Record<string, string>> =>
  Object.fromEntries(message.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
