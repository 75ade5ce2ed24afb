import { randomUUID } from "node:crypto";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import type { Login, LoginSpec } from "../../../lib/rotators/login/login.ts";
import { usesOf } from "../../../lib/rotators/login/managed-master.ts";
import { newPassword } from "../../contracts/engine.ts";
import { databaseValue, Scene, type Scenes, type Value } from "./scene.ts";

/** A rotation that has an administrator. */
export interface PairScene {
  readonly scene: Scene;
  readonly owner: string;
  readonly clone: string;
  readonly admin: Login;
  /** The name of the administrator's secret. */
  readonly adminSecret: string;
}

export interface PairOptions {
  /** Of the owner. */
  readonly username?: string;
  readonly strategy?: "alternating-users" | "in-place";
  readonly users?: LoginSpec["users"];
  /** The manifest itself names the user, so that the administrator may repair its login. */
  readonly pinned?: boolean;
  /** The login stands in its URL alone, beside fields that are nobody's. */
  readonly inUrlAlone?: boolean;
  /** The name of the administrator's secret. */
  readonly adminSecret?: string;
  /** The administrator's secret; `undefined` for none at all. */
  readonly document?: (document: AdminDocument, owner: string) => object | undefined;
  /** What the manifest says of it beside its name. */
  readonly declared?: (owner: Login) => { readonly host?: string; readonly port?: number };
  readonly change?: (value: Value) => object;
}

/** AWS's layout. */
interface AdminDocument {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** An owner with a schema to make tables in, an administrator with the documented rights, and their secrets. */
export async function pairScene(scenes: Scenes, of: PairOptions = {}): Promise<PairScene> {
  const { fixture } = scenes;
  const quote = pg.escapeIdentifier;
  const login = await fixture.newUser(of.username);
  const owner = login.username;
  await fixture.query(`CREATE SCHEMA ${quote(owner)} AUTHORIZATION ${quote(owner)}`);
  const admin = await fixture.newUser(`admin_${randomUUID().slice(0, 8)}`);
  await fixture.query(`ALTER ROLE ${quote(admin.username)} CREATEROLE`);
  await fixture.query(
    `GRANT ${quote(owner)} TO ${quote(admin.username)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
  );
  const adminSecret = of.adminSecret ?? `admin/${randomUUID()}`;
  const { host, port, username } = admin;
  const document = { host, port, username, password: admin.password.reveal() };
  const value = of.document ? of.document(document, owner) : document;
  const command = { Name: adminSecret, SecretString: JSON.stringify(value) };
  if (value) await scenes.client.send(new CreateSecretCommand(command));
  const inPlace = of.strategy === "in-place";
  const scene = new Scene(scenes, [login], {
    strategy: of.strategy ?? "alternating-users",
    admin: { secret: adminSecret, ...of.declared?.(login) },
    ...usesOf({ admin: { secret: adminSecret, ...of.declared?.(login) } }),
    users: of.users ?? (of.pinned && !inPlace ? { owner, clone: `${owner}_clone` } : undefined),
    ...(of.pinned && inPlace && { connection: { username: owner } }),
    urls: ["connection_string"],
    ...(of.inUrlAlone && { isInUrlAlone: true }),
  });
  // Then the fields beside the URL are another login's.
  const another = (each: Value) => ({ ...each, password: newPassword().reveal() });
  const change = of.change ?? (of.inUrlAlone ? another : (each: Value) => each);
  await scene.create(change(databaseValue(login)));
  return { scene, owner, clone: of.users?.clone ?? `${owner}_clone`, admin, adminSecret };
}

/** What settlement does when everything has moved: the old credential is dead, and RETIRING is gone. */
export async function settle(scene: Scene): Promise<void> {
  await scene.retire("retire");
  await scene.unlabel();
}
