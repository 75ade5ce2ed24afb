import { randomBytes } from "node:crypto";
import { BSON } from "mongodb";
import type { Login } from "../login.ts";
import { type Authority, makeAuthority } from "../postgres/certificates.ts";
import { HOST } from "../postgres/wire.ts";
import type { Impostor, Server, ServerProxy } from "../server.ts";
import { logsIn, userDatabase } from "./client.ts";
import { MongodbDouble } from "./double.ts";
import { isHostileMode, startHostileMongodb } from "./hostile-server.ts";
import { startMongodbProxy } from "./proxy.ts";
import type { Privilege, RoleName } from "./roles.ts";

/** What the lab has in place of a MongoDB server, which cannot be installed from the registries that it uses. */
export interface MongodbServer extends Server {
  readonly authority: Authority;
  readonly double: MongodbDouble;
}

export async function startMongodb(): Promise<MongodbServer> {
  const authority = await makeAuthority();
  return new LocalMongodb(authority, await MongodbDouble.start({ authority }));
}

/** So that a user may change its own password, and lock itself: docs/types/mongodb.md. */
const ownRole = { role: "quarterturn_own", db: userDatabase } as const;
const lockable = {
  resource: { db: userDatabase, collection: "quarterturn_locks" },
  actions: ["insert", "update", "remove"],
};
const ownPrivileges: readonly Privilege[] = [
  { resource: { db: userDatabase, collection: "" }, actions: ["changeOwnPassword"] },
  lockable,
];

export class LocalMongodb implements MongodbServer {
  readonly type: string = "mongodb";
  readonly title: string = "a double of MongoDB";
  readonly defaultDatabase = userDatabase;
  readonly passwordChange: string = "query updateUser";
  readonly loggedStatements = [/"command":\{"updateUser":"[^"]+","pwd":"xxx"/];
  readonly host = HOST;
  readonly port: number;
  readonly ca: string;
  readonly authority: Authority;
  readonly double: MongodbDouble;

  constructor(authority: Authority, double: MongodbDouble) {
    this.authority = authority;
    this.ca = authority.certificate;
    this.double = double;
    this.port = double.port;
    double.users.createRole(ownRole.role, ownRole.db, ownPrivileges);
  }

  async newOwner({ username, database }: Pick<Login, "username" | "database">): Promise<string> {
    return this.makeUser(username, database);
  }

  async newUser(username: string): Promise<string> {
    return this.makeUser(username);
  }

  /** @param database which it may write to, if any */
  protected makeUser(username: string, database?: string): string {
    const roles = database === undefined ? [] : [{ role: "readWrite", db: database }];
    return this.#newUser(username, [...roles, ownRole]);
  }

  protected newPassword(): string {
    return randomBytes(18).toString("base64url");
  }

  #newUser(username: string, roles: readonly RoleName[]): string {
    const password = this.newPassword();
    this.double.users.create(username, userDatabase, { pwd: password, roles });
    return password;
  }

  /** With what docs/types/mongodb.md asks for, and no more. */
  async newAdministrator(username: string, administered: string): Promise<string> {
    const { users } = this.double;
    const given = users.find(administered, userDatabase)?.roles.map(({ db }) => db) ?? [];
    const privileges: Privilege[] = [
      {
        resource: { db: userDatabase, collection: "" },
        actions: ["viewUser", "createUser", "dropUser", "changePassword", "changeCustomData"],
      },
      ...given.map((db) => ({ resource: { db, collection: "" }, actions: ["grantRole"] })),
      { resource: { cluster: true }, actions: ["inprog", "killop"] },
      lockable,
    ];
    users.createRole(`role_of_${username}`, userDatabase, privileges);
    return this.#newUser(username, [{ role: `role_of_${username}`, db: userDatabase }]);
  }

  async letAdminister(username: string, may: boolean): Promise<void> {
    const role = [{ role: `role_of_${username}`, db: userDatabase }];
    if (may) this.double.users.grant(username, userDatabase, role);
    else this.double.users.revoke(username, userDatabase, role);
  }

  async dropUser(username: string): Promise<void> {
    if (this.double.users.find(username, userDatabase))
      this.double.users.drop(username, userDatabase);
  }

  async setPassword(username: string, password: string): Promise<void> {
    this.double.users.update(username, userDatabase, { pwd: password });
  }

  accepts(login: Omit<Login, "host" | "port">): Promise<boolean> {
    return logsIn({ ...login, host: this.host, port: this.port }, this.ca);
  }

  url({ host, port, database, username, password }: Login): string {
    return `mongodb://${username}:${password}@${host}:${port}/${database}?authSource=${userDatabase}&tls=true`;
  }

  otherUrl(login: Login): string {
    return `${this.url(login)}&retryWrites=true&w=majority`;
  }

  proxy(): Promise<ServerProxy> {
    return startMongodbProxy(this);
  }

  impostor(kind: string): Promise<Impostor> {
    if (isHostileMode(kind)) return startHostileMongodb(kind, this.authority);
    throw new Error(`No such impostor: ${kind}`);
  }

  log(): string {
    return this.double.log();
  }

  async stop(): Promise<void> {
    await this.double.stop();
  }

  async start(): Promise<void> {
    await this.double.listen(this.port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.double.stop();
  }
}

/** What the double keeps of a user, byte for byte. */
export const storedUser = ({ double }: MongodbServer, username: string): string | undefined => {
  const user = double.users.find(username, userDatabase);
  return user && BSON.EJSON.stringify(user);
};
