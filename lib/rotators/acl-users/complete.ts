import { identifierOf } from "../../manifest/identifier.ts";
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
const userOf = (entry: AclUserEntry) =>
  identifierOf(entry, "user", {
    missing: `no user: name it as ${entry.type} does, e.g. \`user: app\``,
    form: /^[a-z][a-z0-9-]*$/i,
    problem: `is not a user of ${entry.type}: use letters, digits and hyphens, beginning with a letter; not an ARN`,
  });
