import type { EngineTraits } from "../login/engine.ts";
import type { EngineStrategies } from "../login/traits.ts";
import { readUrl } from "./url.ts";

export const atlasTraits: EngineTraits = {
  engineNames: ["atlas", "mongodb-atlas"],
  defaultPort: 27_017,
  defaultDatabase: "admin",
  // Atlas takes 1,024 characters; but the value of a label, which names the user that another one stands in for, has 255.
  maxUsernameLength: 255,
  usersOfDatabases: true,
  // As Secrets Manager's own secrets of type MongoDBAtlasServiceAccount have them.
  adminFields: { username: "clientId", password: "clientSecret" },
  readUrl,
};

/** In place, new logins would fail from the moment when Atlas applies a change until somebody sees that it has. */
export const atlasStrategies: EngineStrategies = { "alternating-users": { needsAdmin: true } };
