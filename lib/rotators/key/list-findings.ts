import { unanswered } from "../../validation/answers.ts";
import { type Finding, failure, finding, unchecked } from "../../validation/finding.ts";
import { AdminKeyRefused, KeysFull } from "./errors.ts";
import type { KeyFindings } from "./known-key.ts";
import { shownEntries, shownId } from "./shown-id.ts";

/** What the list of the provider's keys means for one of them. Pure. @param id of the key, where anybody knows it */
export function listFindings(
  secret: string,
  known: KeyFindings,
  id: string | undefined,
  isIdStored: boolean,
): readonly Finding[] {
  return [
    ...room(secret, known, id),
    ...elsewhere(secret, known, id),
    ...foreign(secret, known, id, isIdStored),
  ];
}

/** Listing proves that the administrator's credential works and may see keys. */
function room(
  secret: string,
  { provider, entries, allow, prefix }: KeyFindings,
  id: string | undefined,
): readonly Finding[] {
  if (!entries) return [];
  const check = `the keys of ${provider.name}`;
  if ("unknown" in entries)
    return allow !== undefined && entries.unknown instanceof AdminKeyRefused
      ? [unchecked(check, entries.unknown, { allow }, secret)]
      : unanswered(secret, check, entries);
  const { known } = entries;
  const { maxKeys } = provider.traits;
  // What a rotation has created and replaced is deleted before the next one.
  const staying = known.filter(
    (entry) => entry.id === id || prefix === undefined || !entry.name?.startsWith(prefix),
  );
  if (maxKeys !== undefined && staying.length >= maxKeys)
    return [
      failure(new KeysFull(provider.name, shownEntries(provider.traits, known), maxKeys), secret),
    ];
  const others = known.filter(({ name }) => !name?.startsWith("qt-")).length;
  const most = maxKeys === undefined ? "" : ` of at most ${maxKeys}`;
  return [
    finding({
      severity: "note",
      code: "KEYS_COUNTED",
      secret,
      what: `${provider.name} has ${known.length}${most} ${known.length === 1 && most === "" ? "key" : "keys"}; Quarterturn did not create ${others} of them, and does not touch those.`,
    }),
  ];
}

/** Rotating it would put a key of somebody else into its place. */
function elsewhere(
  secret: string,
  { provider, entries, facts, outcome }: KeyFindings,
  id: string | undefined,
): readonly Finding[] {
  const isAlive = outcome && "known" in outcome && outcome.known.is === "alive";
  if (!isAlive || id === undefined || !entries || !("known" in entries)) return [];
  if (entries.known.some((entry) => entry.id === id)) return [];
  const whose = facts && "known" in facts ? (facts.known.rights ?? facts.known.account) : undefined;
  return [
    finding({
      severity: "error",
      code: "KEY_ELSEWHERE",
      secret,
      what: `The key ${shownId(provider.traits, id)} works, but is not one of ${provider.name}${whose === undefined ? "" : `: it belongs to ${whose}`}.`,
      remedy: "Correct in rotation.yml whose key it is, or put a key of theirs into the secret.",
    }),
  ];
}

/** The first rotation would leave it alive until a person deletes it. */
function foreign(
  secret: string,
  { spec, fields, provider, entries }: KeyFindings,
  id: string | undefined,
  isIdStored: boolean,
): readonly Finding[] {
  const all = entries && "known" in entries ? entries.known : [];
  const entry = all.find((each) => each.id === id);
  const isOurs = entry?.name?.startsWith("qt-") || (id !== undefined && !isIdStored);
  if (!entries || !("known" in entries) || isOurs || spec.adopt) return [];
  return [
    finding({
      severity: "warning",
      code: "KEY_NOT_OURS",
      secret,
      what:
        id === undefined
          ? `It is not known which key of ${provider.name} AWSCURRENT holds, so after the next rotation a person must delete it.`
          : `Quarterturn did not create the key ${shownId(provider.traits, id)}, so after the next rotation a person must delete it.`,
      remedy:
        id === undefined
          ? `Put its id into ${fields["id"] ?? "the secret"}, and write \`adopt: true\` for this credential in rotation.yml.`
          : "Write `adopt: true` for this credential in rotation.yml, to have it deleted.",
    }),
  ];
}
