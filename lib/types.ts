import { scopeKeys } from "./consumers/types.ts";
import type { CredentialSpec } from "./manifest/type.ts";
import type { TypeList } from "./manifest/type-list.ts";
import { byDocument, otherRotator, type TypeName } from "./registry.ts";
import { UnknownType } from "./rotation/errors.ts";
import { type as atlas } from "./rotators/atlas/type.ts";
import { type as elasticache } from "./rotators/elasticache/type.ts";
import { type as elasticacheAuthToken } from "./rotators/elasticache-auth-token/type.ts";
import { type as generated } from "./rotators/generated/type.ts";
import { bundledTypes, typeInFile } from "./rotators/http/types.ts";
import { type as iam } from "./rotators/iam/type.ts";
import { type as mariadb } from "./rotators/mariadb/type.ts";
import { type as memorydb } from "./rotators/memorydb/type.ts";
import { type as mongodb } from "./rotators/mongodb/type.ts";
import { type as mysql } from "./rotators/mysql/type.ts";
import { type as postgres } from "./rotators/postgres/type.ts";
import { type as rdsMaster } from "./rotators/rds-master/type.ts";
import { redis, valkey } from "./rotators/redis/type.ts";
import { type as supplied } from "./rotators/supplied/type.ts";
import type { CheckedType, CredentialChecks } from "./validation/checks.ts";

/**
 * THE list of types at build time, by the rotator of each; the compiler ties it to the one at run time
 * (lib/registry.ts). Types of one rotator differ in their keys alone.
 */
const types = {
  postgres: { postgres },
  mariadb: { mariadb },
  mysql: { mysql },
  redis: { redis, valkey },
  "rds-master": { "rds-master": rdsMaster },
  elasticache: { elasticache },
  "elasticache-auth-token": { "elasticache-auth-token": elasticacheAuthToken },
  memorydb: { memorydb },
  mongodb: { mongodb },
  atlas: { atlas },
  generated: { generated },
  supplied: { supplied },
  iam: { iam },
  http: bundledTypes(),
} satisfies Readonly<Record<TypeName, Readonly<Record<string, CheckedType>>>>;

/** What rotation.yml may name. */
export const typeList: TypeList<CheckedType> = {
  types: Object.assign({}, ...Object.values(types)),
  read: typeInFile,
  defaultType: "postgres" satisfies TypeName,
  alternatives: ["mariadb", "mysql", "mongodb"] satisfies TypeName[],
  scopeKeys,
};

const isRotator = (name: string): name is TypeName => Object.hasOwn(types, name);

/** The type, or one of those, that a compiled credential may be of; `undefined`: there is none. */
export function typeOf({ type }: CredentialSpec): CheckedType | undefined {
  return isRotator(type) ? Object.values<CheckedType>(types[type])[0] : undefined;
}

/** @throws UnknownType */
export async function loadChecks(spec: CredentialSpec): Promise<CredentialChecks> {
  if (!spec.alternatives) return checksOf(spec);
  const choose = await byDocument(spec, async (its) => ({ its, checks: await checksOf(its) }));
  return {
    replaced(_, current, into) {
      const { its, checks } = choose(current);
      return checks.replaced(its, current, into);
    },
    async check(_, secret, ask) {
      const { its, checks } = choose(secret.current);
      return checks.check(its, secret, ask);
    },
  };
}

/** @throws UnknownType */
async function checksOf(spec: CredentialSpec): Promise<CredentialChecks> {
  const found = typeOf(spec);
  if (!found) throw new UnknownType(spec.type);
  return found.checks(await otherRotator(spec));
}
