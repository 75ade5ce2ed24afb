/** Of the value of a tag, in characters (TagResource). */
const longest = 256;

/** Of a version's id, in characters: enough to tell the versions of one secret apart. */
const endLength = 12;

export const endOf = (versionId: string) => versionId.slice(-endLength);

/** What a tag holds of versions: a time, or a word, for each. */
export type DatedVersion = readonly [end: string, time: string];

/** `end of the versionId/time`, one behind the other. The id of a version may hold slashes. */
export function datedVersions(text = ""): readonly DatedVersion[] {
  return text.split(" ").map((entry) => {
    const end = entry.lastIndexOf("/");
    return [entry.slice(0, Math.max(end, 0)), entry.slice(end + 1)] as const;
  });
}

/** The first ones, as many as a tag's value holds. */
export function datedText(all: readonly DatedVersion[]): string {
  const texts = all.map((entry) => entry.join("/"));
  return texts.reduce((text, entry) =>
    text.length + 1 + entry.length > longest ? text : `${text} ${entry}`,
  );
}
