import type { EngineTraits } from "../login/engine.ts";
import type { EngineStrategies } from "../login/traits.ts";
import type { MethodNames } from "../mysql-protocol/authentication.ts";

export const mariadbMethods: MethodNames = ["mysql_native_password"];

export const mariadbTraits: EngineTraits = {
  engineNames: ["mariadb"],
  defaultPort: 3306,
  // Every user may log in there.
  defaultDatabase: "information_schema",
  maxUsernameLength: 128,
};

export const mariadbStrategies: EngineStrategies = {
  "two-passwords": { needsAdmin: true },
  "alternating-users": { needsAdmin: true },
  "in-place": { needsAdmin: false },
};
