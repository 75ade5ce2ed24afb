import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { BSON, MongoClient } from "mongodb";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { newPassword } from "../../../contracts/engine.ts";
import { openApplication } from "./application.ts";
import type { ContractFixture } from "./fixture.ts";

/** Of a server with TLS on 127.0.0.1, whose certificate is for that address; the user may do everything there. */
export const serverUrl = process.env["MONGODB_URL"];

export const whyNoServer =
  "MongoDB: no server can be installed from the registries that the tests use. Set MONGODB_URL and MONGODB_CA to run them on yours (docs/types/mongodb.md)";

/** A real server. What the tests make there stays. */
export async function openServerFixture(url = serverUrl ?? ""): Promise<ContractFixture> {
  const pem = readFileSync(process.env["MONGODB_CA"] ?? "", "utf8");
  const client = await new MongoClient(url, { tls: true, ca: pem }).connect();
  const admin = client.db("admin");
  const { hostname: host, port } = new URL(url);
  const newName = () => `user_${randomUUID().slice(0, 8)}`;
  const db = "admin";
  const lockable = {
    resource: { db, collection: "quarterturn_locks" },
    actions: ["insert", "update", "remove"],
  };
  const roleOf = async (...privileges: object[]) => {
    const role = `role_${randomUUID().slice(0, 8)}`;
    await admin.command({ createRole: role, privileges: [...privileges, lockable], roles: [] });
    return { role, db };
  };
  const users = { db, collection: "" };
  const own = await roleOf({ resource: users, actions: ["changeOwnPassword"] });
  const newUser = async (username = newName(), ...roles: object[]): Promise<Login> => {
    const password = newPassword();
    await admin.command({
      createUser: username,
      pwd: password.reveal(),
      roles: [own, ...roles],
    });
    const place = { host, port: Number(port), database: db, ca: { pem } };
    return { ...place, username, password, passwordForm: "verifier" };
  };
  return {
    ignoresDatabase: true,
    newUser: (username) => newUser(username),
    newOwner: (username) => newUser(username, { role: "readWrite", db: "app" }),
    async newAdmin() {
      const actions = ["viewUser", "createUser", "dropUser", "changePassword", "changeCustomData"];
      const role = await roleOf(
        { resource: users, actions: [...actions, "grantRole"] },
        { resource: { db: "app", collection: "" }, actions: ["grantRole"] },
        { resource: { cluster: true }, actions: ["inprog", "killop"] },
      );
      return { ...(await newUser(newName(), role)), actsIn: db };
    },
    connect: (login) => openApplication(login, pem),
    async stored(user) {
      const { users: found } = await admin.command({
        usersInfo: { user, db },
        showCredentials: true,
      });
      return found.length === 0 ? undefined : BSON.EJSON.stringify(found);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
