import type { CredentialType, TypeList } from "./manifest/type.ts";
import type { TypeName } from "./registry.ts";
import { type as generated } from "./rotators/generated/type.ts";
import { type as postgres } from "./rotators/postgres/type.ts";

/** THE list of types at build time; the compiler ties it to the one at run time (lib/registry.ts). */
const types = {
  postgres,
  generated,
} satisfies Readonly<Record<TypeName, CredentialType>>;

/** What rotation.yml may name. */
export const typeList: TypeList = { types, defaultType: "postgres" satisfies TypeName };
