import { identifierOf } from "../../manifest/identifier.ts";
import type { CredentialEntry } from "../../manifest/type.ts";
import { completeLogin } from "../login/complete.ts";
import type { AtlasKeys } from "./keys.ts";
import type { AtlasSpec } from "./spec.ts";
import { atlasStrategies } from "./traits.ts";

type AtlasEntry = CredentialEntry<AtlasKeys>;

/** The database user that an entry of rotation.yml means. */
export function completeAtlas(entry: AtlasEntry): AtlasSpec {
  const { keys, complain } = entry;
  const login = completeLogin(entry, atlasStrategies);
  const { database = "admin" } = keys.connection ?? {};
  if (database !== "admin" || keys.fields?.database !== undefined)
    complain(
      keys.fields?.database === undefined ? ["connection", "database"] : ["fields", "database"],
      "is the database of the user, which on Atlas is always admin: remove it",
    );
  // A field `database` of the secret is the application's.
  return {
    ...login,
    connection: { ...login.connection, database: "admin" },
    project: projectOf(entry),
  };
}

const projectOf = (entry: AtlasEntry) =>
  identifierOf(entry, "project", {
    missing: "no project: set its id, which is in the console's URL after /v2/",
    form: /^[0-9a-f]{24}$/,
    problem: "is not the id of a project: 24 hexadecimal digits, not its name",
  });
