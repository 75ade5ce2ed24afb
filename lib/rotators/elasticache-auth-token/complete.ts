import { identifierOf } from "../../manifest/identifier.ts";
import type { CredentialEntry } from "../../manifest/type.ts";
import { requireAllowed } from "../acl-users/password-form.ts";
import { aclStrategies, aclTraits, server } from "../acl-users/traits.ts";
import { completeLogin } from "../login/complete.ts";
import type { AuthTokenKeys } from "./keys.ts";
import type { AuthTokenSpec } from "./spec.ts";
import { tokenUser } from "./usable.ts";

type AuthTokenEntry = CredentialEntry<AuthTokenKeys>;

/** User guide, "Authenticating with the Valkey and Redis OSS AUTH command". */
const isAllowed = (character: string) => /[A-Za-z0-9!&#$^<>-]/.test(character);

/**
 * A rotation makes two changes as a rule: the token in force is made the only one, then the new one is added. The first one
 * of a group whose token was never rotated makes three.
 */
const traits = { ...aclTraits, switchTime: 3 * aclTraits.switchTime };

/** The AUTH token that an entry of rotation.yml means. */
export function completeAuthToken(entry: AuthTokenEntry): AuthTokenSpec {
  const login = completeLogin({ ...entry, keys: withUser(entry.keys) }, aclStrategies);
  const { keys, complain } = entry;
  if (keys.password)
    requireAllowed(login.password, isAllowed, (problem) => complain(["password"], problem));
  const replicationGroup = groupOf(entry);
  return {
    ...login,
    traits,
    admin: undefined,
    server: `ElastiCache replication group ${replicationGroup}`,
    replicationGroup,
    uses: server,
  };
}

/** A secret that holds the token alone need not say whose it is. */
const withUser = (keys: AuthTokenKeys): AuthTokenKeys =>
  keys.plain === "password"
    ? { ...keys, connection: { username: tokenUser, ...keys.connection } }
    : keys;

/** ElastiCache keeps ids in lower case: up to 40 letters, digits and hyphens (API reference, CreateReplicationGroup). */
const groupOf = (entry: AuthTokenEntry) =>
  identifierOf(entry, "replicationGroup", {
    missing: "no replication group: name it, e.g. `replicationGroup: main`",
    form: /^(?=.{1,40}$)[a-z](-?[a-z0-9])*$/i,
    problem:
      "is not the id of a replication group: use up to 40 letters, digits and single hyphens, beginning with a letter; neither an ARN nor a host",
  }).toLowerCase();
