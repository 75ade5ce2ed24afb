import type { EngineTraits } from "../login/engine.ts";
import type { EngineStrategies } from "../login/traits.ts";
import { readUrl } from "./url.ts";

export const mongodbTraits: EngineTraits = {
  // AWS's secrets of DocumentDB say "mongo".
  engineNames: ["mongodb", "mongo", "documentdb", "docdb"],
  defaultPort: 27_017,
  defaultDatabase: "admin",
  // No server that we know of refuses it: MongoDB takes 7 MB, Atlas 1,024 characters. DocumentDB takes 63, and says so.
  maxUsernameLength: 256,
  usersOfDatabases: true,
  readUrl,
};

export const mongodbStrategies: EngineStrategies = {
  "alternating-users": { needsAdmin: true },
  "in-place": { needsAdmin: false },
};
