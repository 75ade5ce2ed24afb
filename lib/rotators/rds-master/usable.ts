import { address, type Login } from "../login/login.ts";
import type { Database, DatabaseState } from "./database.ts";
import { engines } from "./engines.ts";
import { MasterUnusable } from "./errors.ts";
import type { MasterSpec } from "./spec.ts";

/**
 * That this database has a master password of its own, and that the secret leads to it.
 * @throws MasterUnusable
 */
export function requireUsable(
  { name }: Pick<Database, "name">,
  state: DatabaseState,
  spec: MasterSpec,
  current: Login,
): void {
  const found = ofDatabase(state, spec) ?? ofSecret(state, spec, current);
  if (found) throw new MasterUnusable(name, ...found);
}

type Problem = readonly [problem: string, remedy: string];

function ofDatabase(state: DatabaseState, { engine }: MasterSpec): Problem | undefined {
  const { managedSecret, cluster, source } = state;
  if (managedSecret !== undefined)
    return [
      `RDS keeps and rotates it itself, in ${managedSecret}`,
      "Remove this secret from rotation.yml and let consumers read the other one. Or have RDS stop: aws rds modify-db-instance (or modify-db-cluster) with --no-manage-master-user-password and --master-user-password.",
    ];
  if (cluster !== undefined)
    return [
      `it is a member of the cluster ${cluster}, which has the password`,
      `Write \`cluster: ${cluster}\` in rotation.yml, instead of the instance.`,
    ];
  if (source !== undefined)
    return [
      `it is a replica of ${source}, and has no password of its own`,
      "Rotate the master user of its source; replicas follow.",
    ];
  const names: readonly string[] = engines[engine].engineNames;
  // `custom-oracle-ee` is not changed by the API, and `oracle-ee-cdb` only if it is not multi-tenant.
  if (names.some((each) => each === state.engine || `${each}-cdb` === state.engine))
    return undefined;
  return [
    `its engine is ${state.engine}, and rotation.yml says ${engine}`,
    "Correct engine in rotation.yml. RDS Custom, DocumentDB and Neptune are not supported.",
  ];
}

function ofSecret(
  { masterUsername, endpoints }: DatabaseState,
  { engine }: MasterSpec,
  current: Login,
): Problem | undefined {
  const fold = (name: string) =>
    engine === "postgres" || engine === "mysql" || engine === "mariadb" ? name : name.toLowerCase();
  if (fold(current.username) !== fold(masterUsername))
    return [
      `its master user is ${masterUsername}, and the secret holds ${current.username}`,
      "Put the master user's login into the secret, or give this login a type of its own, e.g. postgres.",
    ];
  const here = endpoints.find(({ host, port }) => isSame({ host, port }, current));
  if (here?.role === "writer") return undefined;
  const writer = endpoints.find(({ role }) => role === "writer");
  const lead = writer ? `: ${address(writer)}` : "";
  return [
    `the secret leads to ${address(current)}, which is ${here ? "its reader endpoint" : "none of its endpoints (a proxy, a replica, another name, or another database)"}`,
    `Put the database's own endpoint into the secret${lead}, and name its other hosts that occur in URLs under otherHosts in rotation.yml.`,
  ];
}

const isSame = (one: Pick<Login, "host" | "port">, other: Pick<Login, "host" | "port">) =>
  address(one).toLowerCase() === address(other).toLowerCase();
