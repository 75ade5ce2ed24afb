/** ` (did you mean "urls"?)`, if one of the words is similar enough. */
export function suggestion(word: string, words: readonly string[]): string {
  const near = words
    .map((other) => ({ other, distance: distance(word.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, distance }) => distance <= Math.ceil(other.length / 3))
    .toSorted((one, other) => one.distance - other.distance);
  return near[0] ? ` (did you mean ${JSON.stringify(near[0].other)}?)` : "";
}

/** Levenshtein's: letters to insert, delete or replace. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [at, there] of [...other].entries())
      next.push(
        Math.min(
          (next[at] ?? 0) + 1,
          (row[at + 1] ?? 0) + 1,
          (row[at] ?? 0) + Number(letter !== there),
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
