import { RotationError } from "../../errors.ts";

/*
 * What servers answer. An address is `host:port`. Where the remedy depends on the engine, its folder passes it.
 */

/** The server asks for the password in a form that would disclose it, or asks for none. */
export class AuthenticationMethodRefused extends RotationError {
  constructor(address: string, method: string, remedy: string) {
    super({
      code: "AUTHENTICATION_METHOD_REFUSED",
      happened: `${address} asks for ${method}; the password was not sent.`,
      remedy,
    });
  }
}

/** The server refuses this user from here whatever the password, or refuses all connections. */
export class LoginForbidden extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  /** @param code the server's own */
  constructor(address: string, username: string, code: string, why: string, retryable: boolean) {
    super({
      code: "LOGIN_FORBIDDEN",
      retryable,
      happened: `${address} does not let user ${username} in (${code}: ${why}).`,
      remedy: "The password is not the cause: fix the server's access rules, limits or state.",
    });
  }
}

/** The login worked, but the user may not run the statement. */
export class PermissionDenied extends RotationError {
  constructor(address: string, username: string, action: string, remedy: string) {
    super({
      code: "PERMISSION_DENIED",
      happened: `${address}: user ${username} may not ${action}.`,
      remedy,
    });
  }
}

/** A pooler in front of the server takes the login name apart: `role.tenant`. */
export class LoginNameDiffers extends RotationError {
  constructor(address: string, login: string, role: string) {
    super({
      code: "LOGIN_NAME_DIFFERS",
      happened: `${address} has no role ${login}. A pooler makes the role ${role} of this login name, and only a role has a password.`,
      remedy: `Make the secret name the server itself, with the role ${role}. Name the pooler's URL under urls and its host under otherHosts in rotation.yml: there a login name may be ${role}, a dot and a tenant.`,
    });
  }
}

/** The server is a standby or in read-only mode. */
export class ReadOnlyServer extends RotationError {
  constructor(address: string) {
    super({
      code: "READ_ONLY_SERVER",
      happened: `${address} is read-only (a standby, perhaps after a failover).`,
      remedy: "Point the secret's host at the writer endpoint.",
    });
  }
}

/** The server's password policy or an extension rejects the new password or its form. */
export class PasswordRejected extends RotationError {
  /** @param code the server's own, e.g. `SQLSTATE 22023` */
  constructor(
    address: string,
    code: string,
    remedy = "If the server does not accept verifiers, set passwordForm: plaintext in rotation.yml; otherwise set password to what the server's policy demands.",
  ) {
    super({
      code: "PASSWORD_REJECTED",
      happened: `${address} rejects the new password or its form (${code}).`,
      remedy,
    });
  }
}

/** Another rotation of the same login holds the lock. */
export class LockBusy extends RotationError {
  /** @param where sessions that hold locks are listed, e.g. `pg_locks` */
  constructor(address: string, action: string, where: string) {
    super({
      code: "LOCK_BUSY",
      retryable: true,
      happened: `${address} could not ${action} in time: another change of the same user is under way.`,
      remedy: `It is retried automatically. If this persists, look for a hanging session of quarterturn (${where}).`,
    });
  }
}

/** Anything else that a database server answers. */
export class DatabaseFailed extends RotationError {
  /** @param code the server's own, e.g. `SQLSTATE XX000` */
  constructor(address: string, action: string, code: string) {
    super({
      code: "DATABASE_FAILED",
      retryable: true,
      happened: `${address} failed to ${action} (${code}).`,
      remedy:
        "Look up the code in the server's documentation, and read the server's log from this time.",
    });
  }
}

/** The server would forget the change when it restarts, so it was not made, or was undone. */
export class ChangeNotKept extends RotationError {
  constructor(address: string, why: string, remedy: string) {
    super({
      code: "CHANGE_NOT_KEPT",
      happened: `${address} cannot keep a change of passwords across a restart (${why}); nothing was changed.`,
      remedy,
    });
  }
}
