import { emergencyTag, type Note, noteText, tokenFor } from "../../../lib/emergency/note.ts";
import type { Wish } from "../../../lib/emergency/step.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import type { SecretState } from "../../../lib/secret/store.ts";

export const now = new Date("2026-11-29T03:00:00Z");
export const entry = {
  credentials: [{ type: "postgres", traits: { switches: false } }],
  place: "network",
} as unknown as SecretEntry;
export const supplied = { credentials: [{ supply: { field: "K" } }] } as unknown as SecretEntry;
export const rotator = "arn:f:rotate-database";
export const arn = "arn:s";

export const wish = (more: Partial<Wish> = {}): Wish => ({
  action: "leaked",
  id: "INC-1",
  entry,
  ours: [rotator],
  now,
  askedAt: now,
  endSessions: false,
  ...more,
});
export const token = tokenFor(wish(), arn, "old");
export const plain = tokenFor({ action: "rotate", id: "INC-1" }, arn, "old");

export type Change = Partial<Omit<SecretState, "versions">> & {
  versions?: Record<string, readonly string[]>;
  note?: Partial<Note>;
};
export const note = (more: Partial<Note> = {}): Note => ({
  state: "leaked",
  wasOff: false,
  token,
  at: now,
  ids: ["INC-1"],
  ...more,
});
export function secret({
  versions = { old: ["AWSCURRENT"] },
  note: own,
  ...more
}: Change): SecretState {
  const tags = own ? [[emergencyTag, noteText(note(own))] as const] : [];
  return {
    arn,
    name: "app",
    rotationEnabled: true,
    rotationFunction: rotator,
    tags: new Map(tags),
    versions: new Map(Object.entries(versions)),
    ...more,
  };
}
