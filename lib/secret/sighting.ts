/** When a version was seen to become AWSCURRENT, by whomever: a rotation, or somebody's hand. */
export interface Sighting {
  readonly version: string;
  readonly at: Date;
}

/** A move of AWSCURRENT that an event tells of. `version` is where it went; absent: the event does not say. */
export interface Move {
  readonly version?: string | undefined;
  readonly at: Date;
}

/** The tag in which a secret remembers its last sighting, as `versionId/time`. */
export const sightingTag = "quarterturn:promoted";

export const sightingText = ({ version, at }: Sighting) => `${version}/${at.toISOString()}`;

/** @returns `undefined` where there is no such tag, or somebody has written something else into it */
export function sightingOf(tags: ReadonlyMap<string, string>): Sighting | undefined {
  const [version, time = ""] = tags.get(sightingTag)?.split("/") ?? [];
  const at = new Date(time);
  return version && !Number.isNaN(at.getTime()) ? { version, at } : undefined;
}
