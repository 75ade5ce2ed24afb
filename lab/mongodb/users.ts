import { UUID } from "mongodb";
import { Failure } from "./failure.ts";
import { builtInRole, type Privilege, type RoleName } from "./roles.ts";
import { type Credential, makeCredential, mechanisms } from "./scram-server.ts";
import type { Fields } from "./wire.ts";

export interface User {
  readonly user: string;
  readonly db: string;
  /** Another one for each user that is made, also under the same name. */
  readonly userId: UUID;
  readonly roles: readonly RoleName[];
  readonly customData: Fields | undefined;
  readonly authenticationRestrictions: readonly unknown[];
  readonly credentials: Readonly<Record<string, Credential>>;
}

type Named = string | RoleName;

/** Users and roles, as `system.users` and `system.roles` of the database `admin` have them. */
export class UserStore {
  readonly #users = new Map<string, User>();
  readonly #roles = new Map<string, readonly Privilege[]>();

  find(user: string, db: string): User | undefined {
    return this.#users.get(`${db}.${user}`);
  }

  get(user: string, db: string): User {
    const found = this.find(user, db);
    if (found) return found;
    throw new Failure("UserNotFound", `User '${user}@${db}' not found`);
  }

  create(user: string, db: string, fields: Fields): void {
    if (this.find(user, db)) throw new Failure("UserExists", `User "${user}@${db}" already exists`);
    const made = { user, db, userId: new UUID(), customData: undefined };
    const empty = { roles: [], authenticationRestrictions: [], credentials: {} };
    this.#put(this.#changed({ ...made, ...empty }, { mechanisms, ...fields }));
  }

  update(user: string, db: string, fields: Fields): void {
    this.#put(this.#changed(this.get(user, db), fields));
  }

  #put(user: User): void {
    this.#users.set(`${user.db}.${user.user}`, user);
  }

  /** "An update to a field completely replaces the previous field's values". */
  #changed(
    user: User,
    { pwd, roles, customData, authenticationRestrictions, mechanisms: only }: Fields,
  ): User {
    const names = (only ?? Object.keys(user.credentials)) as readonly string[];
    const credentials = Object.fromEntries(
      names.map((name) => [
        name,
        typeof pwd === "string" ? makeCredential(name, user.user, pwd) : user.credentials[name],
      ]),
    );
    if (Object.values(credentials).includes(undefined))
      throw new Failure(
        "BadValue",
        "mechanisms field must be a subset of previously set mechanisms",
      );
    return {
      ...user,
      credentials: credentials as User["credentials"],
      ...(roles !== undefined && { roles: this.#named(roles as readonly Named[], user.db) }),
      ...(customData !== undefined && { customData: customData as Fields }),
      ...(authenticationRestrictions !== undefined && {
        authenticationRestrictions: authenticationRestrictions as readonly unknown[],
      }),
    };
  }

  #named(roles: readonly Named[], db: string): readonly RoleName[] {
    return roles.map((each) => {
      const name = typeof each === "string" ? { role: each, db } : each;
      this.#privilegesOf(name);
      return name;
    });
  }

  drop(user: string, db: string): void {
    this.get(user, db);
    this.#users.delete(`${db}.${user}`);
  }

  grant(user: string, db: string, roles: readonly Named[]): void {
    const { roles: had } = this.get(user, db);
    const more = this.#named(roles, db).filter((each) => !had.some((role) => same(role, each)));
    this.update(user, db, { roles: [...had, ...more] });
  }

  revoke(user: string, db: string, roles: readonly Named[]): void {
    const gone = this.#named(roles, db);
    const { roles: had } = this.get(user, db);
    this.update(user, db, { roles: had.filter((role) => !gone.some((each) => same(role, each))) });
  }

  createRole(role: string, db: string, privileges: readonly Privilege[]): void {
    if (this.#roles.has(`${db}.${role}`))
      throw new Failure("RoleExists", `Role "${role}@${db}" already exists`);
    this.#roles.set(`${db}.${role}`, privileges);
  }

  /** @throws Failure */
  #privilegesOf(name: RoleName): readonly Privilege[] {
    const found = builtInRole(name) ?? this.#roles.get(`${name.db}.${name.role}`);
    if (found) return found;
    throw new Failure("RoleNotFound", `Could not find role: ${name.role}@${name.db}`);
  }

  privileges({ roles }: User): readonly Privilege[] {
    return roles.flatMap((role) => this.#privilegesOf(role));
  }
}

const same = (one: RoleName, other: RoleName) => one.role === other.role && one.db === other.db;
