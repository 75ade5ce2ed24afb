import { overlap, whole } from "../secret/field.ts";
import type { Path } from "./remark.ts";
import type { Source } from "./source.ts";
import type { Claim, CredentialSpec, CredentialType } from "./type.ts";

/** A credential with its defaults, and where it stands in the file. */
export interface Completed {
  readonly path: Path;
  readonly type: CredentialType;
  readonly spec: CredentialSpec;
}

/** For messages: `credentials.1`. */
const name = ({ path }: Completed) => path.slice(2).join(".");

/** Two credentials that write one field would overwrite each other. */
export function checkClaims(
  source: Source,
  completed: readonly Completed[],
  rotatedAt: { readonly path: Path; readonly field: string | undefined },
): void {
  const before: (Claim & { readonly owner: Completed })[] = [];
  const clash = ({ role, field, isPossible = false }: Claim, owner?: Completed) => {
    const other = before.find(
      (each) =>
        overlap(each.field, field) &&
        !(isPossible && each.isPossible) &&
        // The type itself refuses what one credential names twice in the same words.
        !(each.owner === owner && each.field === field),
    );
    if (!other) return undefined;
    const place = other.field === field ? field : `${field} (which overlaps ${other.field})`;
    return other.owner === owner
      ? `the field ${place} is already this credential's ${String(other.role[0])}: name another field`
      : `the field ${place} is already rotated by ${name(other.owner) || "the credential"}: name another field under ${String(role[0])}`;
  };
  for (const owner of completed)
    for (const claim of owner.type.writes(owner.spec)) {
      const problem = clash(claim, owner);
      before.push({ ...claim, owner });
      if (problem) source.complain([...owner.path, ...claim.role], problem);
    }
  if (rotatedAt.field === undefined) return;
  const problem = clash({ role: ["rotatedAt"], field: rotatedAt.field });
  if (problem) source.complain([...rotatedAt.path, "rotatedAt"], problem);
}

/** Two credentials that are one outside the secret would undo each other. */
export function checkDistinct(source: Source, completed: readonly Completed[]): void {
  for (const [index, { path, type, spec }] of completed.entries())
    for (const other of completed.slice(0, index)) {
      const why = other.spec.type === spec.type && type.sameAs?.(spec, other.spec, name(other));
      if (why) source.complain(path, why);
    }
}

/** A credential whose new value is known only when AWSCURRENT moves cannot wait for others. */
export function checkAlone(source: Source, completed: readonly Completed[]): void {
  for (const { path, spec } of completed)
    if (spec.traits.rolls && completed.length > 1)
      source.complain(
        path,
        `is replaced at the moment of promotion (strategy ${spec.strategy}), so it must be the only credential of its secret: give it a secret of its own`,
      );
}

/** The credential that takes the whole secret, which then is plain text. */
export const plainOf = (completed: readonly Completed[]) =>
  completed.find(({ type, spec }) => type.writes(spec).some(({ field }) => field === whole));
