import { scopeKeys } from "./consumers/types.ts";
import { type CredentialSpec, type TypeList, typeIn } from "./manifest/type.ts";
import type { TypeName } from "./registry.ts";
import { UnknownType } from "./rotation/errors.ts";
import { type as generated } from "./rotators/generated/type.ts";
import { type as postgres } from "./rotators/postgres/type.ts";
import type { CheckedType, CredentialChecks } from "./validation/checks.ts";

/** THE list of types at build time; the compiler ties it to the one at run time (lib/registry.ts). */
const types = {
  postgres,
  generated,
} satisfies Readonly<Record<TypeName, CheckedType>>;

/** What rotation.yml may name. */
export const typeList: TypeList<CheckedType> = {
  types,
  defaultType: "postgres" satisfies TypeName,
  scopeKeys,
};

/** @throws UnknownType */
export async function loadChecks({ type }: CredentialSpec): Promise<CredentialChecks> {
  const found = typeIn(typeList, type);
  if (!found) throw new UnknownType(type);
  return found.checks();
}
