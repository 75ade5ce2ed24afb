/** A user's password on a server. */
export interface Held {
  /** `host:port` */
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

/** Somebody who uses a credential now: a task, or a process that nobody sees. */
export interface Holder {
  readonly name: string;
  /** Name of the secret. */
  readonly secret: string;
  readonly holds: Held;
  /** It was accepted when the holder got it; a refused one is not ours to keep alive. */
  readonly worked: boolean;
  /** It keeps a connection open. */
  connected: boolean;
}

/** What a value of a secret holds; `undefined` where somebody wrote something else by hand. */
export function heldIn(text: string | undefined): Held | undefined {
  if (text === undefined) return undefined;
  try {
    const { host, port, username, password }: Record<string, unknown> = JSON.parse(text);
    const isComplete = [host, username, password].every((each) => typeof each === "string");
    if (!isComplete) return undefined;
    const server = `${host}:${port}`;
    return { server, username: String(username), password: String(password) };
  } catch {
    return undefined;
  }
}

export const isSame = (one: Held | undefined, other: Held | undefined) =>
  one?.server === other?.server &&
  one?.username === other?.username &&
  one?.password === other?.password;
