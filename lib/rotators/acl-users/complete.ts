import { inStage, unknownVariable } from "../../manifest/names.ts";
import type { CredentialEntry } from "../../manifest/type.ts";
import { completeLogin } from "../login/complete.ts";
import type { AclUserKeys } from "./keys.ts";
import { requireAllowed } from "./password-form.ts";
import type { AclUserSpec } from "./spec.ts";
import { aclStrategies, aclTraits, server } from "./traits.ts";

type AclUserEntry = CredentialEntry<AclUserKeys>;

/** ElastiCache refuses these characters, and MemoryDB is not said to take them. */
const isAllowed = (character: string) => !',"/@'.includes(character);

/** The user that an entry of rotation.yml means. */
export function completeAclUser(entry: AclUserEntry): AclUserSpec {
  const login = completeLogin(entry, aclStrategies);
  const { keys, complain } = entry;
  if (keys.password)
    requireAllowed(login.password, isAllowed, (problem) => complain(["password"], problem));
  const user = userOf(entry);
  return {
    ...login,
    traits: aclTraits,
    admin: undefined,
    server: `${entry.type} user ${user}`,
    user,
    uses: server,
  };
}

/** The services take letters, digits and hyphens, a letter first (API references, CreateUser). */
function userOf({ keys, type, stage, complain }: AclUserEntry): string {
  if (keys.user === undefined) {
    complain([], `no user: name it as ${type} does, e.g. \`user: app\``);
    return "";
  }
  const user = inStage(keys.user, stage);
  const variable = unknownVariable(user);
  if (variable) complain(["user"], `${JSON.stringify(keys.user)} ${variable}`);
  else if (!/^[a-z][a-z0-9-]*$/i.test(user))
    complain(
      ["user"],
      `${JSON.stringify(user)} is not a user of ${type}: letters, digits and hyphens, a letter first; no ARN`,
    );
  return user;
}
