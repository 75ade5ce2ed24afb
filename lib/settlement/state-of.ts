import { broughtBackAt, isServedNow } from "../emergency/note.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import type { Candidate } from "./candidates.ts";
import type { Pass } from "./pass.ts";
import type { SettlementState } from "./state.ts";
import type { Answers } from "./turn.ts";

/** What a decision rests on: how the secret is, what the manifest says of it, and what was learned in this pass. */
export function stateOf(
  { name, versions, rotationEnabled, lastRotatedAt, changedAt, deletedAt, tags }: SecretState,
  { grace, deadline, mirror }: SecretEntry,
  answers: Answers,
  heard: Candidate["heard"],
  { context, isDirect }: Pass,
): SettlementState {
  return {
    now: context.now(),
    secret: { name, versions, rotationEnabled, lastRotatedAt, changedAt, deletedAt },
    policy: { grace, deadline },
    // Reads lag behind: what was written in this pass is newer than what is read.
    sighting: answers.sighting ?? sightingOf(tags, context.now()),
    heard,
    broughtBackAt: broughtBackAt({ tags, versions }),
    old: answers.old ?? new Map(),
    unlabelled: answers.unlabelled,
    isServedBeside: !isDirect && isServedNow({ tags, versions }),
    ...(mirror && { mirror: answers.mirror ?? "unasked" }),
  };
}
