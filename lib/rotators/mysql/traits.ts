import type { EngineTraits } from "../login/engine.ts";
import type { EngineStrategies } from "../login/traits.ts";
import type { MethodNames } from "../mysql-protocol/authentication.ts";

/** `sha256_password` is what MySQL 9 asks users for whom it has no account. */
export const mysqlMethods: MethodNames = [
  "caching_sha2_password",
  "mysql_native_password",
  "sha256_password",
];

export const mysqlTraits: EngineTraits = {
  engineNames: ["mysql", "mysql2", "aurora-mysql", "aurora"],
  defaultPort: 3306,
  // Every user may log in there.
  defaultDatabase: "information_schema",
  maxUsernameLength: 32,
};

export const mysqlStrategies: EngineStrategies = {
  "two-passwords": { needsAdmin: false },
  "alternating-users": { needsAdmin: true },
  "in-place": { needsAdmin: false },
};
