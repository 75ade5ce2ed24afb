import type { CredentialSpec } from "../../manifest/type.ts";
import type { Secret } from "../../secret/secret.ts";
import { TargetChanged } from "./errors.ts";
import type { PasswordPolicy } from "./password.ts";
import type { StrategyName } from "./traits.ts";
import { bracketed } from "./url.ts";

/** What a login is made of. */
export type Role = "host" | "port" | "database" | "username" | "password";

/** A login in a secret. */
export interface LoginSpec extends CredentialSpec {
  readonly strategy: StrategyName;
  /** The manifest names the type: `engine` in the document has no say. */
  readonly isTypeDeclared?: boolean | undefined;
  /** Which field of the document plays which role; the usual names are found without. */
  readonly fields: Readonly<Partial<Record<Role, string>>>;
  /** What the document does not hold; it wins over a field that would be found by its usual name. */
  readonly connection: {
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly database?: string | undefined;
    readonly username?: string | undefined;
  };
  /** Who may do on the server what the user itself may not. */
  readonly admin?: AdminSpec | undefined;
  /** The two users of `alternating-users`, where the second is not the first's name with `_clone`. */
  readonly users?: { readonly owner: string; readonly clone: string } | undefined;
  /** Fields that hold a connection URL with this login inside. */
  readonly urls: readonly string[];
  /** Fields that hold the password again, alone. */
  readonly copies?: readonly string[] | undefined;
  /** Other hosts of the same login in its URLs, e.g. a reader or a pooler: `host` or `host:port`. Never connected to. */
  readonly otherHosts?: readonly string[] | undefined;
  /** No part of it has a field of its own: fields of the usual names are another login's. */
  readonly isInUrlAlone?: boolean | undefined;
  /** Whom to trust for the server's certificate; absent = as the engine sees fit for the host. */
  readonly ca?: "system" | "rds" | { readonly pem: string } | undefined;
  /** What the server is given to store: a verifier or hash computed here, or the password itself. */
  readonly passwordForm: "verifier" | "plaintext";
  readonly password: PasswordPolicy;
}

/** A secret with an administrator's login. */
interface AdminSpec {
  /** Its name or ARN. */
  readonly secret: string;
  /** Where it belongs, when its own document does not say (RDS's managed secrets hold no host). */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** ARN of the customer-managed KMS key that encrypts it; absent: `aws/secretsmanager`. */
  readonly kmsKey?: string | undefined;
}

export const isLogin = (spec: CredentialSpec | undefined): spec is LoginSpec =>
  spec !== undefined && "passwordForm" in spec;

/** Where a credential logs in, as whom, and how. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: Secret<string>;
  readonly ca: LoginSpec["ca"];
  readonly passwordForm: LoginSpec["passwordForm"];
  /** What its URL says beyond that, by `LoginDefaults.readUrl`. */
  readonly options?: UrlOptions;
  /**
   * Of an administrator, where users belong to databases: the database of the users whom it changes. `database` is that
   * of its own user.
   */
  readonly actsIn?: string;
}

/** What the URLs of one engine say in their own way: texts, so that two logins can be compared. */
export type UrlOptions = Readonly<Record<string, string>>;

/** For messages: `user app on db.internal:5432`. */
export const loginName = (login: Pick<Login, "host" | "port" | "username">) =>
  `user ${login.username} on ${address(login)}`;

/** `host:port`, with brackets around an IPv6 address. */
export function address(login: Pick<Login, "host" | "port">): string {
  return `${bracketed(login.host)}:${login.port}`;
}

/**
 * Refuses a version that names another server, database or user than AWSCURRENT. Otherwise anyone who can write the
 * secret could make this function, with its place in the network and its rights, connect elsewhere.
 * @throws TargetChanged
 */
export function requireSameTarget(where: string, current: Login, other: Login): void {
  const parts: string[] = (["host", "port", "database", "username"] as const).filter(
    (part) => current[part] !== other[part],
  );
  const optionsOf = ({ options = {} }: Login) => JSON.stringify(Object.entries(options).sort());
  if (optionsOf(current) !== optionsOf(other)) parts.push("what its URL says about the server");
  if (parts.length > 0) throw new TargetChanged(where, parts);
}
