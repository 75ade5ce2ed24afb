import { inStage, unknownVariable } from "../../manifest/names.ts";
import type { CredentialEntry } from "../../manifest/type.ts";
import { completeLogin } from "../login/complete.ts";
import type { PasswordPolicy } from "../login/password.ts";
import type { AclUserKeys } from "./keys.ts";
import type { AclUserSpec } from "./spec.ts";
import { aclStrategies, aclTraits } from "./traits.ts";

type AclUserEntry = CredentialEntry<AclUserKeys>;

/** The rotator with which its users log in. */
const server = "redis";

/** In characters (user guides of both services, passwords of users). */
const [shortest, longest] = [16, 128];

/** Characters that no password may have: ElastiCache refuses them, and MemoryDB is not said to take them. */
const forbidden = ',"/@';

/** The user that an entry of rotation.yml means. */
export function completeAclUser(entry: AclUserEntry): AclUserSpec {
  const login = completeLogin(entry, aclStrategies);
  const { keys, complain } = entry;
  if (keys.password) requireAllowed(login.password, (problem) => complain(["password"], problem));
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

function requireAllowed(
  { length, characters }: PasswordPolicy,
  complain: (problem: string) => void,
): void {
  if (length < shortest || length > longest)
    complain(`has length ${length}: AWS takes ${shortest} to ${longest} characters here`);
  const bad = [...forbidden].filter((character) => characters.includes(character));
  if (bad.length > 0)
    complain(
      `allows ${bad.map((each) => JSON.stringify(each)).join(", ")}, which AWS refuses: remove ${bad.length === 1 ? "it" : "them"} from characters`,
    );
}
