import { inStage, unknownVariable } from "../../manifest/names.ts";
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

function projectOf({ keys, stage, complain }: AtlasEntry): string {
  if (keys.project === undefined) {
    complain([], "no project: name its id, which stands in the console's URL behind /v2/");
    return "";
  }
  const project = inStage(keys.project, stage);
  const problem = unknownVariable(project);
  if (problem) complain(["project"], `${JSON.stringify(keys.project)} ${problem}`);
  else if (!/^[0-9a-f]{24}$/.test(project))
    complain(
      ["project"],
      `${JSON.stringify(project)} is not the id of a project: 24 hexadecimal digits, not its name`,
    );
  return project;
}
