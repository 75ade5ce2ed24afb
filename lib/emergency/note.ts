import { createHash } from "node:crypto";
import { holderOf, leakedVersion } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";

/** The tag in which a secret remembers its last emergency. */
export const emergencyTag = "quarterturn:emergency";

/**
 * `done`: any action but a rollback, whose version need not be one that it made. `refused`: it is left to a person.
 */
const states = [
  "rotate",
  "leaked",
  "rollback",
  "repair",
  "done",
  "rolled-back",
  "refused",
] as const;

/** What is remembered of an emergency, from before it changes anything. */
export interface Note {
  readonly state: (typeof states)[number];
  /** Its schedule was off when the emergency began, and is to be off when it ends. */
  readonly wasOff: boolean;
  /** The version that it makes, or brings back. */
  readonly token: string;
  /** When it began. */
  readonly at: Date;
  /** Of all emergencies that it serves, the first one first. */
  readonly ids: readonly string[];
  /** Of `refused`; absent: an earlier release wrote it. */
  readonly refusal?: Refusal | undefined;
}

/** Why it was left to a person, as on-call was told. */
export interface Refusal {
  /** Of the error. */
  readonly code: string;
  /** In the middle of a sentence, without the signs that no tag takes, and perhaps cut off. */
  readonly why: string;
}

/** Of the value of a tag, in characters. */
const longest = 256;

/**
 * E.g. `leaked on leaked-0b7e… 2026-11-29T03:00:00.000Z INC-123/INC-124`; the newest ids come after the first where not all
 * have room, and after them why it was refused.
 */
export function noteText({ state, wasOff, token, at, ids, refusal }: Note): string {
  const own = [state, wasOff ? "off" : "on", token, at.toISOString(), ids[0]].join(" ");
  const more = (count: number) => ids.slice(Math.max(1, ids.length - count)).map((id) => `/${id}`);
  let count = ids.length - 1;
  while (count > 0 && own.length + more(count).join("").length > longest) count -= 1;
  const text = count > 0 ? own + more(count).join("") : own;
  return refusal ? `${text} ${refusalText(refusal)}`.slice(0, longest).trimEnd() : text;
}

/** With letters, digits, spaces and `_.:/=+-@` only (TagResource). */
const refusalText = ({ code, why }: Refusal) =>
  `${code} ${why.replaceAll(" (", ": ").replaceAll(/[^\p{L}\p{N} _.:/=+@-]/gu, "")}`;

/** Whether it has come to its end. */
export const isDone = ({ state }: Note) => state === "done" || state === "rolled-back";

/** Whether nothing is to be done for it any more. */
export const isOver = (note: Note) => isDone(note) || note.state === "refused";

/** In milliseconds: who gives the same reason so much later means another emergency. */
const memory = 24 * 3_600_000;

/** Whether it is of the emergency that somebody asks for. */
export const isOfEmergency = (note: Note, { id, askedAt }: Asked): boolean =>
  note.ids.includes(id) && !(isOver(note) && askedAt.getTime() - note.at.getTime() > memory);

interface Asked {
  readonly id: string;
  readonly askedAt: Date;
}

/** @returns `undefined` where there is none, or somebody has written something else into it */
export function noteOf({ tags }: Pick<SecretState, "tags">): Note | undefined {
  const [state, power, token, time, ids, code, ...why] = (tags.get(emergencyTag) ?? "").split(" ");
  const known = states.find((each) => each === state);
  const at = new Date(time ?? "");
  const isOther = code !== undefined && known !== "refused";
  if (!known || !token || !ids || isOther || Number.isNaN(at.getTime())) return undefined;
  const refusal = code === undefined ? {} : { refusal: { code, why: why.join(" ") } };
  return { state: known, wasOff: power === "off", token, at, ids: ids.split("/"), ...refusal };
}

/** Whether AWSCURRENT is what an emergency made that replaces what leaked, and that is not finished. */
export function isServedNow(secret: Pick<SecretState, "tags" | "versions">): boolean {
  const note = noteOf(secret);
  return note?.state === "leaked" && note.token === holderOf(secret, "AWSCURRENT");
}

/** When a rollback began that has brought AWSCURRENT back to where it is. */
export function broughtBackAt(secret: Pick<SecretState, "tags" | "versions">): Date | undefined {
  const note = noteOf(secret);
  const isRollback = note?.state === "rollback" || note?.state === "rolled-back";
  return isRollback && note.token === holderOf(secret, "AWSCURRENT") ? note.at : undefined;
}

/**
 * The id of the version that an emergency makes: the same for everyone who asks for the same emergency of the same secret
 * while the same version is AWSCURRENT, so that two who ask at once start one rotation.
 */
export function tokenFor(
  {
    action,
    id,
    revokeFirst = false,
  }: { readonly action: string; readonly id: string; readonly revokeFirst?: boolean },
  secretArn: string,
  currentId: string,
): string {
  const hash = createHash("sha256").update(JSON.stringify([action, id, secretArn, currentId]));
  const hex = hash.digest("hex");
  const uuid = [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ].map(([from, to]) => hex.slice(from, to));
  return action === "leaked" ? leakedVersion(uuid.join("-"), revokeFirst) : uuid.join("-");
}
