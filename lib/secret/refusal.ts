import { type DatedVersion, datedText, datedVersions, endOf } from "./dated-versions.ts";
import { isRetiring, type VersionLabels } from "./labels.ts";
import { clockMargin } from "./sighting.ts";

/**
 * The tag in which a secret remembers since when its old credentials are refused, as `end of the versionId/time`, one
 * behind the other: after leaked-mode rotations there may be several. The labels of a secret leave room for nine versions
 * that are to be retired; the 256 characters of a tag hold ten of these.
 */
export const refusalTag = "quarterturn:refused";

type Tags = ReadonlyMap<string, string>;

/**
 * What the tag says next. Versions that are not to be retired any more are forgotten.
 * @param since absent: it was accepted again
 */
export function refusalText(
  { tags, versions }: VersionLabels & { readonly tags: Tags },
  version: string,
  since?: Date,
): string {
  const retiring = [...versions].filter(([id, labels]) => isRetiring(id, labels));
  const kept = new Set(retiring.map(([id]) => endOf(id)));
  const others = entriesIn(tags).filter(([end]) => end !== endOf(version) && kept.has(end));
  const time = since ? String(Math.ceil(since.getTime() / 1000)) : "accepted";
  return datedText([...others, [endOf(version), time]]);
}

/** Since when the credential of a version is refused; `undefined` where no look has found it so. */
export function refusedSince(tags: Tags, version: string, now: Date): Date | undefined {
  const [, text] = entriesIn(tags).find(([end]) => end === endOf(version)) ?? [];
  const since = new Date(Number(text) * 1000);
  // An invalid time compares as false.
  return since.getTime() <= now.getTime() + clockMargin ? since : undefined;
}

/** Whether a look has found it refused, also where it has been accepted since. */
export const wasRefused = (tags: Tags, version: string): boolean =>
  entriesIn(tags).some(([end]) => end === endOf(version));

const entriesIn = (tags: Tags): readonly DatedVersion[] => datedVersions(tags.get(refusalTag));
