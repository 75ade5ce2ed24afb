import type { Document } from "./bson.ts";

/** A database's users and roles, a collection, or the cluster. */
export type Resource = "cluster" | { readonly db: string; readonly collection: string };

/** What a role must have. */
export interface Grant {
  readonly resource: Resource;
  readonly actions: readonly string[];
}

/** What a session may do, as `connectionStatus` tells it with `showPrivileges`. */
export class Privileges {
  readonly #all: readonly Document[];
  /** Whether the server tells privileges at all: none of a user who has roles means that it does not. */
  readonly isTold: boolean;
  /** Of the user, e.g. `readWrite@app`. */
  readonly roles: readonly string[];
  /** `user@db` */
  readonly users: readonly string[];

  constructor(status: Document) {
    const info = status.get("authInfo")?.document;
    const named = (list: string, key: string) =>
      (info?.documents(list) ?? []).map(
        (each) => `${each.get(key)?.text ?? ""}@${each.get("db")?.text ?? ""}`,
      );
    this.#all = info?.documents("authenticatedUserPrivileges") ?? [];
    this.roles = named("authenticatedUserRoles", "role");
    this.users = named("authenticatedUsers", "user");
    const isListed = info?.get("authenticatedUserPrivileges") !== undefined;
    this.isTold = isListed && (this.#all.length > 0 || this.roles.length === 0);
  }

  /** Each as `find on app.orders`; the roles where the server does not tell more. */
  get texts(): readonly string[] {
    if (!this.isTold) return this.roles.map((role) => `the role ${role}`);
    return this.#all.flatMap((privilege) =>
      privilege.texts("actions").map((action) => `${action} on ${placeOf(privilege)}`),
    );
  }

  may(action: string, resource: Resource): boolean {
    return this.#all.some(
      (privilege) =>
        covers(privilege.get("resource")?.document, resource) &&
        privilege.texts("actions").includes(action),
    );
  }

  /** What of these a role still must be given. */
  lacking(wanted: readonly Grant[]): readonly Grant[] {
    return wanted.flatMap(({ resource, actions }) => {
      const missing = actions.filter((action) => !this.may(action, resource));
      return missing.length > 0 ? [{ resource, actions: missing }] : [];
    });
  }
}

/**
 * An empty name stands for all (MongoDB manual, "Resource Document"): of databases, for all but `local` and `config`; of
 * collections, for all but those of the system.
 */
function covers(granted: Document | undefined, wanted: Resource): boolean {
  if (!granted) return false;
  if (granted.get("anyResource")?.isTrue) return true;
  if (wanted === "cluster") return granted.get("cluster")?.isTrue ?? false;
  const [db, collection] = [granted.get("db")?.text, granted.get("collection")?.text];
  return (db === "" || db === wanted.db) && (collection === "" || collection === wanted.collection);
}

function placeOf(privilege: Document): string {
  const resource = privilege.get("resource")?.document;
  if (resource?.get("cluster")) return "the cluster";
  if (resource?.get("anyResource")) return "everything";
  const [db, collection] = [resource?.get("db")?.text, resource?.get("collection")?.text];
  return `${db || "*"}.${collection || "*"}`;
}
