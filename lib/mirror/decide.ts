import type { MirrorSpec } from "../manifest/manifest.ts";
import { ParameterNotSecure } from "./errors.ts";
import type { StoredParameter } from "./parameters.ts";
import type { Wanted } from "./wanted.ts";

export interface MirrorState {
  readonly wanted: readonly Wanted[];
  /** The parameters that exist, by name. */
  readonly stored: ReadonlyMap<string, StoredParameter>;
  /** Parameters that hold what an earlier version of the secret has in their field; absent: not known yet. */
  readonly ours?: ReadonlySet<string> | undefined;
}

export type MirrorDecision =
  /** Every parameter holds what it should. */
  | { readonly kind: "current" }
  /** Find out which of these hold the value of an earlier version. */
  | { readonly kind: "compare"; readonly stale: readonly Wanted[] }
  /** Somebody else wrote these: write nothing. */
  | { readonly kind: "drift"; readonly parameters: readonly string[] }
  | { readonly kind: "write"; readonly stale: readonly Wanted[] };

/**
 * What brings the parameters nearer to the secret. A parameter may be replaced if it holds a value that the secret
 * once held, whoever wrote it. Any other value is somebody's change, which would be lost. Pure.
 * @throws ParameterNotSecure
 */
export function decide(
  { wanted, stored, ours }: MirrorState,
  { overwrite }: Pick<MirrorSpec, "overwrite">,
): MirrorDecision {
  for (const { parameter } of wanted)
    if (stored.get(parameter)?.secure === false) throw new ParameterNotSecure(parameter);
  const stale = wanted.filter(
    ({ parameter, value }) => !stored.get(parameter)?.value.equals(value),
  );
  if (stale.length === 0) return { kind: "current" };
  if (overwrite) return { kind: "write", stale };
  const others = stale.filter(({ parameter }) => stored.has(parameter));
  if (others.length > 0 && !ours) return { kind: "compare", stale: others };
  const drifted = others.filter(({ parameter }) => !ours?.has(parameter));
  if (drifted.length === 0) return { kind: "write", stale };
  return { kind: "drift", parameters: drifted.map(({ parameter }) => parameter) };
}
