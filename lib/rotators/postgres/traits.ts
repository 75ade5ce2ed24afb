import type { EngineTraits } from "../login/engine.ts";
import type { EngineStrategies } from "../login/traits.ts";

export const postgresTraits: EngineTraits = {
  engineNames: ["postgres", "postgresql", "aurora-postgresql", "pgsql", "postgis"],
  defaultPort: 5432,
  defaultDatabase: "postgres",
  maxUsernameLength: 63,
};

export const postgresStrategies: EngineStrategies = {
  "alternating-users": { needsAdmin: true },
  "in-place": { needsAdmin: false },
};
