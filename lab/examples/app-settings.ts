import type { Login } from "../login.ts";
import type { Call } from "./calls.ts";

/** The settings of the program `app.ts`, in APP_SETTINGS. They hold no secret value. */
export interface AppSettings {
  /** Names of the settings whose digests it writes. */
  readonly shows: readonly string[];
  /** The setting that is the URL of its database. */
  readonly url?: string;
  /** The setting that is its password; the rest of the login is under `connection`. */
  readonly password?: string;
  readonly connection?: Omit<Login, "password">;
  /** What it does with its keys. */
  readonly calls?: readonly Call[];
  /** The secret that it reads its settings from, if they are not injected. */
  readonly secretId?: string;
  /** How long it keeps what it has read, in milliseconds; absent: until it ends. */
  readonly cacheMs?: number;
  /** The type of the server (lab/servers.ts). */
  readonly type: string;
  /** PEM of the authority that the database's certificate must come from. */
  readonly ca: string;
}

/** What an example says of its application. */
export type App = Omit<AppSettings, "type" | "ca">;

/** Whether its processes show that their credentials work. */
export const usesCredentials = ({ url, password, calls = [] }: App): boolean =>
  url !== undefined || password !== undefined || calls.length > 0;
