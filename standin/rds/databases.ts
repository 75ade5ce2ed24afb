import { AwsError } from "../aws-error.ts";
import { pause } from "../clock.ts";

/** How long a change of a master password takes, which AWS documents nowhere. In milliseconds, from its request on. */
export interface RdsTiming {
  /** Until the status says so. Default: 3 s at a pace of 1. */
  readonly beginMs: number;
  /** Until the password is another one. Default: 15 s at a pace of 1. */
  readonly changeMs: number;
  /** Until the database is available again. Default: 30 s at a pace of 1. */
  readonly endMs: number;
}

/** An instance or cluster that is there. */
export interface DatabaseDefinition {
  readonly kind: "instance" | "cluster";
  readonly id: string;
  /** RDS's own word, e.g. `aurora-postgresql`. */
  readonly engine: string;
  readonly masterUsername: string;
  readonly host: string;
  readonly port: number;
  /** Of a cluster: the host of its reader endpoint. */
  readonly readerHost?: string;
  /** Of an instance: its cluster, whose password it has. */
  readonly cluster?: string;
  /** What it is a replica of. */
  readonly source?: string;
  /** ARN of the secret in which RDS keeps its password. */
  readonly managedSecret?: string;
  /** Really changes the password; rejects where the database does not take it. Default: nothing happens. */
  setPassword?(password: string): Promise<unknown>;
}

/** An RDS proxy with its default endpoint. */
export interface ProxyDefinition {
  readonly name: string;
  readonly host: string;
  /** ARNs of the secrets with which it logs in. */
  readonly secrets: readonly string[];
  /** Hosts of its other endpoints. */
  readonly endpoints?: readonly { readonly name: string; readonly host: string }[];
}

export interface RdsTaps {
  addDatabase(database: DatabaseDefinition): void;
  addProxy(proxy: ProxyDefinition): void;
  /** E.g. `stopped`, of an instance or cluster. */
  setStatus(id: string, status: string): void;
}

export interface Database {
  readonly definition: DatabaseDefinition;
  status: string;
  /** Of the change that is under way. */
  change: AbortController | undefined;
}

/** The databases and proxies of an account. Disposing of it ends changes that are under way. */
export class Databases implements RdsTaps, Disposable {
  readonly home: { readonly region: string; readonly accountId: string };
  readonly all: Database[] = [];
  readonly proxies: ProxyDefinition[] = [];
  readonly #timing: RdsTiming;

  constructor(home: Databases["home"], timing: RdsTiming) {
    this.home = home;
    this.#timing = timing;
  }

  addDatabase(definition: DatabaseDefinition): void {
    this.all.push({ definition, status: "available", change: undefined });
  }

  addProxy(proxy: ProxyDefinition): void {
    this.proxies.push(proxy);
  }

  setStatus(id: string, status: string): void {
    for (const database of this.all) if (database.definition.id === id) database.status = status;
  }

  /** Identifiers are the same whatever their case. */
  find(kind: DatabaseDefinition["kind"], id: string): Database {
    const found = this.all.find(
      ({ definition }) => definition.kind === kind && definition.id === id.toLowerCase(),
    );
    if (found) return found;
    throw kind === "instance"
      ? new AwsError("DBInstanceNotFound", `DBInstance ${id} not found.`, 404)
      : new AwsError("DBClusterNotFoundFault", `DBCluster ${id} not found.`, 404);
  }

  /** Takes place later. One that has not begun is replaced. */
  change(database: Database, password: string): void {
    database.change?.abort();
    const change = new AbortController();
    database.change = change;
    void this.#carryOut(database, password, change);
  }

  async #carryOut(database: Database, password: string, change: AbortController): Promise<void> {
    const { beginMs, changeMs, endMs } = this.#timing;
    const { signal } = change;
    const isOn = () => !signal.aborted;
    await pause(beginMs, signal);
    if (isOn()) database.status = "resetting-master-credentials";
    await pause(changeMs - beginMs, signal);
    // A database that does not take it keeps its password, and only an event tells.
    if (isOn()) await database.definition.setPassword?.(password).catch(() => {});
    await pause(endMs - changeMs, signal);
    if (!isOn()) return;
    database.status = "available";
    database.change = undefined;
  }

  [Symbol.dispose](): void {
    for (const { change } of this.all) change?.abort();
  }
}
