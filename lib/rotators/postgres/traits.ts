import type { EngineTraits } from "../login/engine.ts";

export const postgresTraits: EngineTraits = {
  engineNames: ["postgres", "postgresql", "aurora-postgresql", "pgsql", "postgis"],
  defaultPort: 5432,
  defaultDatabase: "postgres",
  maxUsernameLength: 63,
  passwordsPerUser: 1,
};
