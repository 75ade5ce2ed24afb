import type { EngineTraits } from "../login/engine.ts";
import type { EngineStrategies } from "../login/traits.ts";

/** The user whom a URL without a user means, and whose password `requirepass` sets. */
export const defaultUser = "default";

export const redisTraits: EngineTraits = {
  engineNames: ["redis", "rediss", "valkey", "valkeys"],
  defaultPort: 6379,
  defaultDatabase: "0",
  defaultUsername: defaultUser,
  // The server has no limit.
  maxUsernameLength: 1024,
};

export const redisStrategies: EngineStrategies = {
  "two-passwords": { needsAdmin: false },
  "in-place": { needsAdmin: false },
};
