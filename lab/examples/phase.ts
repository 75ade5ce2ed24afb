import type { Example, Rotating } from "./example.ts";

/** What is replaced at once: by a rotation, or because a person hands a key over. */
export interface Phase {
  readonly secret: string;
  readonly credentials: readonly Rotating[];
  readonly by: "rotation" | "supply";
}

export function phasesOf({ secret: usual, rotates }: Example): readonly Phase[] {
  const rotated = Map.groupBy(
    rotates.filter(({ isSupplied }) => !isSupplied),
    ({ secret = usual }) => secret,
  );
  const supplied = rotates.filter(({ isSupplied }) => isSupplied);
  return [
    ...[...rotated].map(
      ([secret, credentials]): Phase => ({ secret, credentials, by: "rotation" }),
    ),
    ...supplied.map((each): Phase => {
      const { secret = usual } = each;
      return { secret, credentials: [each], by: "supply" };
    }),
  ];
}
