import type { Document } from "./bson.ts";
import type { Input } from "./encode.ts";

/** Runs a command. @param command its name is the first field @throws CommandFailed, what broke the connection */
export type Run = (
  db: string,
  command: Readonly<Record<string, Input | undefined>>,
  signal: AbortSignal,
) => Promise<Document>;

/** Runs a command. @param action for messages, e.g. `change the password of user app` @throws RotationError */
export type RunAs = (
  db: string,
  command: Readonly<Record<string, Input | undefined>>,
  action: string,
  signal: AbortSignal,
) => Promise<Document>;

/** In milliseconds. For a change that consumers wait for: shorter than PasswordSwitch waits for the answer. */
const switchTime = 2000;

/** A change counts when it survives the loss of a server. */
export const majority = { w: "majority", wtimeout: switchTime } as const;

/** The server itself gives up in time what it cannot do at once. */
export const inTime = { maxTimeMS: switchTime, writeConcern: majority } as const;
