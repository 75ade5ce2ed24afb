import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers";
import type { MongodbDouble } from "../mongodb/double.ts";
import type { Reply } from "../providers/description.ts";

/** Of an API document. */
export interface ProjectUser {
  readonly username: string;
  readonly roles: readonly {
    readonly roleName: string;
    readonly databaseName: string;
    readonly collectionName?: string | undefined;
  }[];
  readonly [field: string]: unknown;
}

/** @param heard headers, path and body of the request */
export type Instead = (heard: string) => Reply;

const hex = (bytes: number) => randomBytes(bytes).toString("hex");

/** Users of clusters are of this database. */
const db = "admin";

/**
 * A project of Atlas with one cluster: what its API takes is so at once for the API, and on the cluster some time later,
 * in the order of the requests.
 */
export class AtlasProject {
  readonly id = hex(12);
  /** Client secrets of service accounts by client id. */
  readonly accounts = new Map<string, string>();
  /** By database and name. */
  readonly users = new Map<string, ProjectUser>();
  /** How long a change takes to reach the cluster, in milliseconds. */
  delay = 10;
  /** Until it resolves, nothing reaches the cluster. */
  held: Promise<void> = Promise.resolve();
  /** Asked ahead of each request, e.g. `PATCH databaseUsers`, for what answers it in the place of the API. */
  instead: (request: string) => Instead | undefined = () => undefined;
  /** Tokens that were given out. */
  readonly tokens = new Set<string>();
  readonly #cluster: MongodbDouble;
  #queue: Promise<void> = Promise.resolve();

  constructor(cluster: MongodbDouble) {
    this.#cluster = cluster;
  }

  newAccount(id = `mdb_sa_id_${hex(12)}`): { readonly id: string; readonly secret: string } {
    const secret = `mdb_sa_sk_${randomBytes(24).toString("base64url")}`;
    this.accounts.set(id, secret);
    return { id, secret };
  }

  newToken(): string {
    const token = randomBytes(24).toString("base64url");
    this.tokens.add(token);
    return token;
  }

  find(name: string, database = db): ProjectUser | undefined {
    return this.users.get(`${database}.${name}`);
  }

  /** By a person, or by whoever works for Atlas: at once everywhere. */
  put(user: ProjectUser, password?: string): void {
    this.users.set(`${user["databaseName"] ?? db}.${user.username}`, user);
    this.#apply(user, password);
  }

  drop(name: string): void {
    this.users.delete(`${db}.${name}`);
    if (this.#cluster.users.find(name, db)) this.#cluster.users.drop(name, db);
  }

  /** By the API. */
  change(user: ProjectUser, password?: string): void {
    this.users.set(`${db}.${user.username}`, user);
    const { delay } = this;
    this.#queue = this.#queue.then(async () => {
      await this.held;
      await new Promise<void>((resolve) => setTimeout(resolve, delay).unref());
      this.#apply(user, password);
    });
  }

  #apply({ username, roles: given }: ProjectUser, password?: string): void {
    const roles = given.map(({ roleName, databaseName }) => ({ role: roleName, db: databaseName }));
    const fields = { roles, ...(password !== undefined && { pwd: password }) };
    const { users } = this.#cluster;
    if (users.find(username, db)) users.update(username, db, fields);
    else if (password !== undefined) users.create(username, db, fields);
  }
}
