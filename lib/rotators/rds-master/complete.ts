import { identifierOf } from "../../manifest/identifier.ts";
import type { CredentialEntry } from "../../manifest/type.ts";
import { completeLogin } from "../login/complete.ts";
import type { PasswordPolicy } from "../login/password.ts";
import { clusterMaxPassword, engines, minPassword, type RdsEngine } from "./engines.ts";
import type { MasterKeys } from "./keys.ts";
import type { DatabaseName, MasterSpec } from "./spec.ts";
import { masterStrategies, masterTraits } from "./traits.ts";

type MasterEntry = CredentialEntry<MasterKeys>;

/** The master user that an entry of rotation.yml means. */
export function completeMaster(entry: MasterEntry): MasterSpec {
  const { keys, complain } = entry;
  if (!keys.engine) complain([], "no engine: name that of the database, e.g. `engine: postgres`");
  const name = keys.engine ?? "postgres";
  const engine: RdsEngine = engines[name];
  const database = databaseOf(entry);
  const proof = proofOf(entry, engine);
  const login = completeLogin(entry, masterStrategies);
  const password = keys.password ? login.password : engine.password;
  if (keys.password)
    requireAllowed(password, database, engine, (problem) => complain(["password"], problem));
  return {
    ...login,
    traits: masterTraits,
    admin: undefined,
    server: `${database.kind} ${database.id}`,
    password,
    database,
    engine: name,
    proof,
    ...(proof === "login" && engine.login && { uses: engine.login }),
  };
}

/** RDS keeps identifiers in lower case: up to 63 letters, digits and hyphens (API reference, CreateDBInstance). */
function databaseOf(entry: MasterEntry): DatabaseName {
  const { keys, complain } = entry;
  const { instance, cluster } = keys;
  if (instance !== undefined && cluster !== undefined)
    complain(
      ["instance"],
      "is named in addition to a cluster, but the password of Aurora belongs to the cluster: name only one of the two",
    );
  const kind = cluster === undefined ? "instance" : "cluster";
  const id = identifierOf(entry, kind, {
    missing: "no database: name it, e.g. `instance: main`, or `cluster: main` for Aurora",
    form: /^(?=.{1,63}$)[a-z](-?[a-z0-9])*$/i,
    problem:
      "is not the identifier of an RDS database: use up to 63 letters, digits and single hyphens, beginning with a letter; neither an ARN nor a host",
  });
  return { kind, id: id.toLowerCase() };
}

function proofOf({ keys, complain }: MasterEntry, { login }: RdsEngine): MasterSpec["proof"] {
  const { proof = "login", engine } = keys;
  if (engine === undefined) return proof;
  if (proof === "login" && !login)
    complain(
      keys.proof === undefined ? ["engine"] : ["proof"],
      `Quarterturn cannot log in to ${engine}: write \`proof: api\`, which means that a new password counts as working once RDS reports that its change is over, and that nothing proves that the old one is refused`,
    );
  if (proof === "api" && login)
    complain(["proof"], `is weaker than a login, which ${engine} can be given: remove it`);
  return proof;
}

function requireAllowed(
  { length, characters }: PasswordPolicy,
  { kind }: DatabaseName,
  { maxPassword, forbidden }: RdsEngine,
  complain: (problem: string) => void,
): void {
  const longest = kind === "cluster" ? Math.min(clusterMaxPassword, maxPassword) : maxPassword;
  if (length < minPassword || length > longest)
    complain(`has length ${length}: RDS accepts ${minPassword} to ${longest} characters here`);
  const bad = [...forbidden].filter((character) => characters.includes(character));
  if (bad.length > 0)
    complain(
      `allows ${bad.map((each) => JSON.stringify(each)).join(", ")}, which RDS refuses: remove ${bad.length === 1 ? "it" : "them"} from characters`,
    );
}
