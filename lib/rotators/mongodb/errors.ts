import { CloneForeign, UsersMissing } from "../login/pair-errors.ts";
import {
  AuthenticationMethodRefused,
  LockBusy,
  LoginForbidden,
  PermissionDenied,
} from "../login/server-errors.ts";
import { lockCollection } from "./lock.ts";
import type { Grant } from "./privileges.ts";

/** As mongosh reads it. */
const text = (value: string) => JSON.stringify(value);

/** @param method what the server would have, e.g. `a method that is not SCRAM` */
export const methodRefused = (address: string, username: string, method: string) =>
  new AuthenticationMethodRefused(
    address,
    method,
    `Give the user a SCRAM password: db.updateUser(${text(username)}, { pwd: passwordPrompt(), mechanisms: ["SCRAM-SHA-256"] }).`,
  );

export const lockBusy = (address: string, action: string) =>
  new LockBusy(address, action, `the collection ${lockCollection}`);

/** The statement that gives a role what it lacks. */
export function grantStatement(username: string, db: string, grants: readonly Grant[]): string {
  const privileges = grants.map(({ resource, actions }) => {
    const where =
      resource === "cluster"
        ? "cluster: true"
        : `db: ${text(resource.db)}, collection: ${text(resource.collection)}`;
    return `{ resource: { ${where} }, actions: [${actions.map(text).join(", ")}] }`;
  });
  const role = `quarterturn_${username}`;
  return `db.getSiblingDB("admin").createRole({ role: ${text(role)}, privileges: [${privileges.join(", ")}], roles: [] }); db.getSiblingDB(${text(db)}).grantRolesToUser(${text(username)}, [{ role: ${text(role)}, db: "admin" }]);`;
}

export const permissionDenied = (
  address: string,
  username: string,
  action: string,
  remedy = "docs/types/mongodb.md lists the privileges that a user and an administrator need. On Atlas, users are changed by its API alone: use type atlas.",
) => new PermissionDenied(address, username, action, remedy);

export const usersMissing = (address: string, owner: string, db: string) =>
  new UsersMissing(
    address,
    owner,
    `Create it: db.getSiblingDB(${text(db)}).createUser({ user: ${text(owner)}, pwd: passwordPrompt(), roles: […] }). If it is in another database, say authSource in the URL, or connection.database in rotation.yml.`,
  );

export const cloneForeign = (address: string, clone: string, owner: string, db: string) =>
  new CloneForeign(
    address,
    clone,
    owner,
    `Drop or rename that user, or, if it is meant to stand in for ${owner}, give it the same roles: db.getSiblingDB(${text(db)}).updateUser(${text(clone)}, { roles: […] }).`,
  );

export const notPrimary = (address: string, username: string) =>
  new LoginForbidden(
    address,
    username,
    "no primary",
    "no server of the replica set takes changes now",
    true,
  );
