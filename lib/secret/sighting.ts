/** When a version was seen to become AWSCURRENT, by whomever: a rotation, or somebody's hand. */
export interface Sighting {
  readonly version: string;
  readonly at: Date;
  /** What AWSCURRENT has left and no label was left for. */
  readonly left?: readonly string[];
}

/** A move of AWSCURRENT that an event tells of. `version` is where it went; absent: the event does not say. */
export interface Move {
  readonly version?: string | undefined;
  readonly at: Date;
}

/** The tag in which a secret remembers its last sighting, as `versionId/time`. */
export const sightingTag = "quarterturn:promoted";

/** The tag that names versions for which no label was left, where there are any: `versionId versionId`. */
export const leftTag = "quarterturn:left";

/** As many as a tag's value holds (256 characters), the first ones first. */
export function leftText(versions: readonly string[]): string {
  const text = versions.join(" ");
  return text.length > 256 ? leftText(versions.slice(0, -1)) : text;
}

export const sightingText = ({ version, at }: Sighting) => `${version}/${at.toISOString()}`;

/** Clocks differ, in milliseconds. What is later than now by more than this was not seen. */
export const clockMargin = 60_000;

/**
 * @returns `undefined` where there is no such tag, or somebody has written something else into it, such as a time to
 *   come
 */
export function sightingOf(tags: ReadonlyMap<string, string>, now: Date): Sighting | undefined {
  const seen = sightingIn(tags.get(sightingTag), now);
  const left = tags.get(leftTag)?.split(" ").filter(Boolean) ?? [];
  return seen && { ...seen, ...(left.length > 0 && { left }) };
}

/** What `sightingText` wrote; `undefined` as for `sightingOf`. */
export function sightingIn(text = "", now: Date): Sighting | undefined {
  // The id of a version may hold anything.
  const end = text.lastIndexOf("/");
  const [version, at] = [text.slice(0, Math.max(end, 0)), new Date(text.slice(end + 1))];
  // An invalid time compares as false.
  return version && at.getTime() <= now.getTime() + clockMargin ? { version, at } : undefined;
}
