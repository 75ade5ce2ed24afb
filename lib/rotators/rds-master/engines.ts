import type { LoginDefaults } from "../login/login-document.ts";
import { defaultPolicy, type PasswordPolicy } from "../login/password.ts";

/** What RDS and the manifest must know of an engine. */
export interface RdsEngine extends LoginDefaults {
  /** The rotator with which its master user logs in; absent: Quarterturn speaks no protocol of this engine. */
  readonly login?: string;
  /** The longest password of an instance, in characters (API reference, ModifyDBInstance). */
  readonly maxPassword: number;
  /** Characters that no password may have (the same). */
  readonly forbidden: string;
  readonly password: PasswordPolicy;
}

const forbidden = '/"@ ';

const [lower = "", upper = "", digits = ""] = defaultPolicy.require;

/** By the key `engine` of the manifest. */
export const engines = {
  postgres: {
    login: "postgres",
    engineNames: ["postgres", "aurora-postgresql"],
    defaultPort: 5432,
    defaultDatabase: "postgres",
    maxUsernameLength: 63,
    maxPassword: 128,
    forbidden,
    password: defaultPolicy,
  },
  mariadb: {
    login: "mariadb",
    engineNames: ["mariadb"],
    defaultPort: 3306,
    defaultDatabase: "information_schema",
    maxUsernameLength: 16,
    maxPassword: 41,
    forbidden,
    password: defaultPolicy,
  },
  mysql: {
    login: "mysql",
    engineNames: ["mysql", "aurora-mysql"],
    defaultPort: 3306,
    defaultDatabase: "information_schema",
    maxUsernameLength: 32,
    maxPassword: 41,
    forbidden,
    password: defaultPolicy,
  },
  oracle: {
    engineNames: ["oracle-ee", "oracle-se2"],
    defaultPort: 1521,
    defaultDatabase: "ORCL",
    maxUsernameLength: 128,
    maxPassword: 30,
    forbidden: `${forbidden}&'`,
    // 30 letters and digits would have 178.6 bits.
    password: {
      length: 30,
      characters: `${lower}${upper}${digits}!#$%*+,-.:;<=>?[]^_~`,
      require: defaultPolicy.require,
    },
  },
  sqlserver: {
    engineNames: ["sqlserver-ee", "sqlserver-se", "sqlserver-ex", "sqlserver-web"],
    defaultPort: 1433,
    defaultDatabase: "master",
    maxUsernameLength: 128,
    maxPassword: 128,
    forbidden,
    password: defaultPolicy,
  },
  db2: {
    engineNames: ["db2-ae", "db2-se"],
    defaultPort: 50_000,
    defaultDatabase: "rdsadmin",
    maxUsernameLength: 128,
    maxPassword: 255,
    forbidden,
    password: defaultPolicy,
  },
} as const satisfies Readonly<Record<string, RdsEngine>>;

export type EngineName = keyof typeof engines;

export const engineNames = Object.keys(engines) as [EngineName, ...EngineName[]];

/** Of a cluster, whatever its engine (API reference, ModifyDBCluster). In characters. */
export const clusterMaxPassword = 41;

export const minPassword = 8;
