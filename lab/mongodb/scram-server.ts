import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { Failure } from "./failure.ts";

/** What a server keeps of a password, for one mechanism (RFC 5803). */
export interface Credential {
  readonly salt: string;
  readonly iterationCount: number;
  readonly storedKey: string;
  readonly serverKey: string;
}

const methods: Readonly<Record<string, { hash: string; size: number; rounds: number }>> = {
  "SCRAM-SHA-1": { hash: "sha1", size: 20, rounds: 10_000 },
  "SCRAM-SHA-256": { hash: "sha256", size: 32, rounds: 15_000 },
};

export const mechanisms = Object.keys(methods);

const method = (mechanism: string) => {
  const found = methods[mechanism];
  if (found) return found;
  throw new Failure(
    "BadValue",
    `Received authentication for mechanism ${mechanism} which is unknown`,
  );
};

/** Tables C.2.1, C.2.2 of RFC 3454, and what Unicode 3.2 did not have: RFC 4013 prohibits them. */
const prohibited = /\p{Cc}|[\u{10000}-\u{10ffff}]/u;

export function makeCredential(mechanism: string, username: string, password: string): Credential {
  const { hash, size, rounds } = method(mechanism);
  if (mechanism === "SCRAM-SHA-256" && prohibited.test(password))
    throw new Failure("BadValue", `Error preflighting normalization of ${password}`);
  const md5 = createHash("md5").update(`${username}:mongo:${password}`).digest("hex");
  const secret = mechanism === "SCRAM-SHA-1" ? md5 : password.normalize("NFKC");
  const salt = randomBytes(size - 4);
  const salted = pbkdf2Sync(secret, salt, rounds, size, hash);
  const mac = (text: string) => createHmac(hash, salted).update(text).digest();
  return {
    salt: salt.toString("base64"),
    iterationCount: rounds,
    storedKey: createHash(hash).update(mac("Client Key")).digest("base64"),
    serverKey: mac("Server Key").toString("base64"),
  };
}

/** The server's side of RFC 5802. */
export class ServerScram {
  readonly username: string;
  readonly #hash: string;
  readonly #credential: Credential;
  readonly #bare: string;
  readonly #challenge: string;
  readonly #nonce: string;

  /** @param find the user's credential; throws where there is none */
  constructor(mechanism: string, first: string, find: (username: string) => Credential) {
    const [, bare = "", name = "", nonce = ""] = /^n,,(n=([^,]*),r=([^,]+))$/.exec(first) ?? [];
    this.username = name.replaceAll("=2C", ",").replaceAll("=3D", "=");
    this.#hash = method(mechanism).hash;
    this.#credential = find(this.username);
    this.#bare = bare;
    this.#nonce = nonce + randomBytes(18).toString("base64");
    const { salt, iterationCount } = this.#credential;
    this.#challenge = `r=${this.#nonce},s=${salt},i=${iterationCount}`;
  }

  get challenge(): Buffer {
    return Buffer.from(this.#challenge);
  }

  /** @returns the server's own proof */
  verify(last: string): Buffer {
    const [, without = "", nonce, proof = ""] = /^(c=biws,r=([^,]+)),p=(.+)$/.exec(last) ?? [];
    const both = `${this.#bare},${this.#challenge},${without}`;
    const mac = (by: Buffer) => createHmac(this.#hash, by).update(both).digest();
    const stored = Buffer.from(this.#credential.storedKey, "base64");
    const sign = mac(stored);
    const given = Buffer.from(proof, "base64");
    const key = Buffer.from(sign.map((byte, index) => byte ^ (given[index] ?? 0)));
    const hashed = createHash(this.#hash).update(key).digest();
    if (nonce !== this.#nonce || given.length !== sign.length || !timingSafeEqual(hashed, stored))
      throw new Failure("AuthenticationFailed", "Authentication failed.");
    const own = mac(Buffer.from(this.#credential.serverKey, "base64"));
    return Buffer.from(`v=${own.toString("base64")}`);
  }
}
