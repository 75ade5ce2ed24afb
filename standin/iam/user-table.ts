import { randomBytes } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import { noSuchEntity } from "./operation.ts";

/** How soon a change of an access key counts, as on AWS it does not at once. In milliseconds of the machine. */
export interface KeyTiming {
  /** Until a key that was created or enabled is accepted. Default: 5 s at a pace of 1. */
  readonly activationMs: number;
  /** Until a key that was disabled or deleted is refused. Default: 4 s at a pace of 1. */
  readonly revocationMs: number;
  /** For so long afterwards every second answer is still the old one. Default: 0. */
  readonly flickerMs: number;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly user: User;
  readonly createdAt: Date;
  isActive: boolean;
  isDeleted: boolean;
  /** When `isActive` or `isDeleted` changed. */
  changedAt: number;
  lastUse?: { readonly at: Date; readonly service: string; readonly region: string };
  /** How often it was asked while the answers alternate. */
  asked: number;
}

/** What a user's key got from GetSessionToken. */
export interface Session {
  readonly id: string;
  readonly secret: string;
  readonly token: string;
  readonly user: User;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface User {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly keys: Map<string, AccessKey>;
  readonly tags: Map<string, { readonly Key: string; readonly Value: string }>;
  /** Inline policies. */
  readonly policies: Map<string, string>;
}

/** The users of an account with everything that proves to be one of them. */
export class UserTable {
  readonly users = new Map<string, User>();
  /** Also those that were deleted: for a while they are accepted. */
  readonly keys = new Map<string, AccessKey>();
  readonly sessions = new Map<string, Session>();

  /** @throws NoSuchEntity */
  find(name: string): User {
    const user = this.users.get(name);
    if (user) return user;
    throw noSuchEntity(`The user with name ${name} cannot be found.`);
  }

  /** The user that a request means: by default the one whose key signs it. */
  meant(name: string | undefined, principal: string): User {
    if (name !== undefined) return this.find(name);
    const user = this.keys.get(principal)?.user;
    if (user) return user;
    const message = "Must specify userName when calling with non-User credentials";
    throw new AwsError("ValidationError", message);
  }
}

/** `AKIA`, or the beginning of another kind of id, and sixteen letters and digits. */
export const uniqueId = (kind: string) => kind + randomBytes(8).toString("hex").toUpperCase();

/** As long as a secret access key. */
export const newSecret = () => randomBytes(30).toString("base64");

/** Whether a service accepts a key now. */
export function isAccepted(key: AccessKey, timing: KeyTiming): boolean {
  const isOn = key.isActive && !key.isDeleted;
  const delay = isOn ? timing.activationMs : timing.revocationMs;
  const age = Date.now() - key.changedAt;
  if (age < delay) return !isOn;
  if (age >= delay + timing.flickerMs) return isOn;
  key.asked += 1;
  return key.asked % 2 === 0 ? isOn : !isOn;
}
