/**
 * Does this work on every item, `width` at a time. When one fails the others still run to their end, so that
 * nothing is under way any more when this returns or throws.
 * @returns the results, in the order of the items
 * @throws what the first of the items that failed threw
 */
export async function bounded<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const settled: PromiseSettledResult<R>[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) [settled[index]] = await Promise.allSettled([work(item)]);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return settled.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}
