/**
 * A short sequence that still fails, by leaving out ever smaller parts (delta debugging).
 * @param fails whether a sequence breaks the same promise
 */
export async function shrink<Operation>(
  operations: readonly Operation[],
  fails: (operations: readonly Operation[]) => Promise<boolean>,
): Promise<readonly Operation[]> {
  let kept = operations;
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    let hasShrunk = false;
    for (let start = kept.length - size; start > -size; start -= size) {
      const from = Math.max(0, start);
      const shorter = [...kept.slice(0, from), ...kept.slice(start + size)];
      if (shorter.length === kept.length || !(await fails(shorter))) continue;
      kept = shorter;
      hasShrunk = true;
    }
    if (size === 1 && !hasShrunk) break;
    if (!hasShrunk || size > 1) size = size === 1 ? 1 : Math.floor(size / 2);
  }
  return kept;
}
