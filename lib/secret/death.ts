import { type DatedVersion, datedText, datedVersions, endOf } from "./dated-versions.ts";
import { clockMargin } from "./sighting.ts";

/**
 * The tag in which a secret remembers when credentials that leaked were proven dead, as `end of the versionId/time`, the
 * last one first, in milliseconds since 1970. It stays when they are settled, for whoever asks later. A tag holds nine of
 * these, as many as versions of a secret can be RETIRING.
 */
export const deathTag = "quarterturn:dead";

type Tags = ReadonlyMap<string, string>;

/** What the tag says next; `undefined` where it names this version already. The oldest ones make room. */
export function deathText(tags: Tags, version: string, at: Date): string | undefined {
  const others = entriesIn(tags);
  if (others.some(([end]) => end === endOf(version))) return undefined;
  return datedText([[endOf(version), String(at.getTime())], ...others]);
}

/** When the credential of a version was proven dead; `undefined` where it was not, or nobody remembers. */
export function deathOf(tags: Tags, version: string, now: Date): Date | undefined {
  const [, text] = entriesIn(tags).find(([end]) => end === endOf(version)) ?? [];
  return text === undefined ? undefined : timeIn(text, now);
}

/** When credentials were proven dead, the last one first. */
export const deathsIn = (tags: Tags, now: Date): readonly Date[] =>
  entriesIn(tags).flatMap(([, text]) => timeIn(text, now) ?? []);

/** `undefined` for what somebody else has written into the tag. */
function timeIn(text: string, now: Date): Date | undefined {
  const at = new Date(/^\d+$/.test(text) ? Number(text) : Number.NaN);
  // An invalid time compares as false.
  return at.getTime() <= now.getTime() + clockMargin ? at : undefined;
}

const entriesIn = (tags: Tags): readonly DatedVersion[] =>
  datedVersions(tags.get(deathTag)).filter(([end]) => end !== "");
