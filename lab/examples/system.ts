import type { Server } from "../server.ts";

/** What a run must know of a system to make its account. */
export interface System {
  /** Of its folder below `examples/`. */
  readonly name: string;
  readonly region: string;
  /** Name of the secret that holds its login. */
  readonly secret: string;
  /** Starts the server of another type that it logs in to beside its database. */
  startCache?(): Promise<Server>;
}

/** A secret's fields. */
export type Document = Readonly<Record<string, string>>;
