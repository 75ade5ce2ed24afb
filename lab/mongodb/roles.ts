/** What a role may do where. */
export interface Privilege {
  readonly resource:
    | { readonly cluster: true }
    | { readonly anyResource: true }
    | { readonly db: string; readonly collection: string };
  readonly actions: readonly string[];
}

/** A role, by its name and database. */
export interface RoleName {
  readonly role: string;
  readonly db: string;
}

const read = ["find", "listCollections", "listIndexes", "collStats", "dbStats", "killCursors"];
const write = [
  "insert",
  "update",
  "remove",
  "createCollection",
  "dropCollection",
  "createIndex",
  "dropIndex",
  "convertToCapped",
  "renameCollectionSameDB",
];
const administer = [
  "changeCustomData",
  "changePassword",
  "createRole",
  "createUser",
  "dropRole",
  "dropUser",
  "grantRole",
  "revokeRole",
  "setAuthenticationRestriction",
  "viewRole",
  "viewUser",
];

/** Those of https://www.mongodb.com/docs/manual/reference/built-in-roles/ that the lab uses. */
export function builtInRole({ role, db }: RoleName): readonly Privilege[] | undefined {
  const own = { db, collection: "" };
  const all = { db: "", collection: "" };
  const ofDatabases: Readonly<Record<string, readonly Privilege[]>> = {
    read: [{ resource: own, actions: read }],
    readWrite: [{ resource: own, actions: [...read, ...write] }],
    userAdmin: [{ resource: own, actions: administer }],
  };
  const ofAdmin: Readonly<Record<string, readonly Privilege[]>> = {
    readWriteAnyDatabase: [{ resource: all, actions: [...read, ...write] }],
    userAdminAnyDatabase: [{ resource: all, actions: administer }],
    clusterMonitor: [{ resource: { cluster: true }, actions: ["inprog", "serverStatus"] }],
    root: [
      { resource: all, actions: [...read, ...write, ...administer] },
      { resource: { cluster: true }, actions: ["inprog", "killop", "killAnySession"] },
    ],
  };
  return ofDatabases[role] ?? (db === "admin" ? ofAdmin[role] : undefined);
}

/** "" stands for all (https://www.mongodb.com/docs/manual/reference/resource-document/). */
export function allows(
  { resource, actions }: Privilege,
  action: string,
  on: "cluster" | { readonly db: string; readonly collection?: string },
): boolean {
  if (!actions.includes(action)) return false;
  if ("anyResource" in resource) return true;
  if ("cluster" in resource || on === "cluster") return "cluster" in resource && on === "cluster";
  const isSystem = on.collection?.startsWith("system.") ?? false;
  const isDatabase =
    resource.db === on.db || (resource.db === "" && !["local", "config"].includes(on.db));
  return (
    isDatabase &&
    (resource.collection === on.collection || (resource.collection === "" && !isSystem))
  );
}
