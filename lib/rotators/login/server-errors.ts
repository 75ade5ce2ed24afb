import { RotationError } from "../../errors.ts";

/** The host name does not resolve. */
export class DnsFailed extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  constructor(host: string) {
    super({
      code: "DNS_FAILED",
      retryable: true,
      happened: `The host name ${host} does not resolve.`,
      remedy: "Check the host in the secret, and that the function's VPC resolves it.",
    });
  }
}

/** No TCP connection, or it broke or stayed silent. */
export class Unreachable extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  constructor(address: string, why: string) {
    super({
      code: "UNREACHABLE",
      retryable: true,
      happened: `No answer from ${address} (${why}).`,
      remedy:
        "Check that the server runs, and the security groups and routes between it and the function.",
    });
  }
}

/** The server's certificate is not trusted, not valid or for another name; or it offers no TLS. */
export class TlsFailed extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  constructor(address: string, why: string) {
    super({
      code: "TLS_FAILED",
      happened: `No verified TLS with ${address} (${why}).`,
      remedy:
        "Enable TLS on the server, use the name in its certificate, and name its authority under ca in rotation.yml (system, rds or a PEM file). There is no way to go on without TLS.",
    });
  }
}

/** The server wants the password in clear text or as MD5, or lets anybody in without one. */
export class AuthenticationMethodRefused extends RotationError {
  constructor(address: string, method: string) {
    super({
      code: "AUTHENTICATION_METHOD_REFUSED",
      happened: `${address} asks for ${method}; the password was not sent.`,
      remedy: "Configure scram-sha-256 for this user on the server.",
    });
  }
}

/** The server refuses this user from here whatever the password, or refuses connections at all. */
export class LoginForbidden extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  constructor(address: string, username: string, code: string, why: string, retryable: boolean) {
    super({
      code: "LOGIN_FORBIDDEN",
      retryable,
      happened: `${address} does not let user ${username} in (${code}: ${why}).`,
      remedy: "This is not about the password: correct the server's access rules, limits or state.",
    });
  }
}

/** The login worked, the statement is not allowed. */
export class PermissionDenied extends RotationError {
  constructor(address: string, username: string, action: string, grant: string) {
    super({
      code: "PERMISSION_DENIED",
      happened: `${address}: user ${username} may not ${action}.`,
      remedy: grant,
    });
  }
}

/** None of the pair's users that must exist does. */
export class UsersMissing extends RotationError {
  constructor(address: string, owner: string) {
    super({
      code: "USERS_MISSING",
      happened: `${address} has no user ${owner}, which owns what the application makes.`,
      remedy:
        "Create it (CREATE ROLE … LOGIN) with the rights that the application needs; its stand-in is made by the rotation.",
    });
  }
}

/** A role of the clone's name exists and is neither ours nor the AWS template's. */
export class CloneForeign extends RotationError {
  constructor(address: string, clone: string, owner: string) {
    super({
      code: "CLONE_FOREIGN",
      happened: `${address} has a role ${clone} that has nothing to do with ${owner}; it was not touched.`,
      remedy: `Rename that role, or, if it is meant to stand in, run: GRANT "${owner}" TO "${clone}";`,
    });
  }
}

/** The user that would get a new password is in use: a consumer still holds its old one. */
export class OtherUserInUse extends RotationError {
  constructor(address: string, username: string, sessions: number) {
    super({
      code: "OTHER_USER_IN_USE",
      retryable: true,
      happened: `User ${username} on ${address}, whose turn it is, has ${sessions} open sessions, so a consumer still holds its password; it was not changed.`,
      remedy: "Restart the consumers that use it (they will get AWSCURRENT), then rotate again.",
    });
  }
}

/** The clone logs in but does not fully act as the owner: its objects would be lost to the other user. */
export class StandInIncomplete extends RotationError {
  constructor(address: string, username: string, owner: string, problem: string) {
    super({
      code: "STAND_IN_INCOMPLETE",
      happened: `User ${username} on ${address} does not fully stand in for ${owner}: ${problem}.`,
      remedy: `Rotate again, which repairs it; else run GRANT "${owner}" TO "${username}" and ALTER ROLE "${username}" SET role TO "${owner}".`,
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
  constructor(address: string, sqlState: string) {
    super({
      code: "PASSWORD_REJECTED",
      happened: `${address} rejects the new password or its form (SQLSTATE ${sqlState}).`,
      remedy:
        "If the server takes no SCRAM verifiers, say passwordForm: plaintext in rotation.yml; else set password to what its policy wants.",
    });
  }
}

/** Another rotation of the same login holds the lock. */
export class LockBusy extends RotationError {
  constructor(address: string, action: string) {
    super({
      code: "LOCK_BUSY",
      retryable: true,
      happened: `${address} could not ${action} in time: another change of the same user is under way.`,
      remedy:
        "It is tried again; if it persists, look for a session of quarterturn that hangs (pg_locks).",
    });
  }
}

/** Anything else that a database server answers. */
export class DatabaseFailed extends RotationError {
  constructor(address: string, action: string, sqlState: string) {
    super({
      code: "DATABASE_FAILED",
      retryable: true,
      happened: `${address} failed to ${action} (SQLSTATE ${sqlState}).`,
      remedy: "Look the SQLSTATE up in the server's documentation and at its log of this time.",
    });
  }
}
