import { RotationError } from "../../errors.ts";
import { address, type Login } from "../login/login.ts";
import {
  DatabaseFailed,
  LoginForbidden,
  PasswordRejected,
  PermissionDenied,
  ReadOnlyServer,
} from "../login/server-errors.ts";
import { type DriverError, driverError, transportFailure, unexpected } from "../login/transport.ts";
import { TlsFailed, Unreachable } from "../login/transport-errors.ts";
import { lockBusy } from "./errors.ts";

/** The driver's own texts, where it sets no code. */
const driverTexts: Readonly<Record<string, (login: Login) => RotationError>> = {
  "timeout expired": (login) => new Unreachable(address(login), "timed out"),
  "Connection terminated unexpectedly": (login) =>
    new Unreachable(address(login), "connection closed"),
  "Connection terminated": (login) => new Unreachable(address(login), "connection closed"),
  "Client has encountered a connection error and is not queryable": (login) =>
    new Unreachable(address(login), "connection closed"),
  "The server does not support SSL connections": (login) =>
    new TlsFailed(address(login), "the server offers none"),
  "There was an error establishing an SSL connection": (login) =>
    new TlsFailed(address(login), "the server answered the request for it with an error"),
};

const connectionFailure = (error: DriverError, login: Login): RotationError | undefined =>
  transportFailure(error, login) ?? driverTexts[error.message]?.(login);

const isSqlState = (code: string | undefined): code is string => /^[0-9A-Z]{5}$/.test(code ?? "");

/** Answers to a login (PostgreSQL documentation, appendix A) that are not about the password. */
const loginAnswers: Readonly<Record<string, { why: string; retryable: boolean }>> = {
  "28000": { why: "no entry in pg_hba.conf admits it from here", retryable: false },
  "3D000": { why: "the database does not exist", retryable: false },
  "42501": { why: "it lacks CONNECT on the database", retryable: false },
  "53300": { why: "too many connections", retryable: true },
  "57P03": { why: "the server is starting or stopping", retryable: true },
};

/** `refused` when the server answers that the user or the password is wrong. */
export function loginFailure(thrown: unknown, login: Login): RotationError | "refused" {
  if (thrown instanceof RotationError) return thrown;
  const error = driverError(thrown);
  if (!isSqlState(error.code)) return connectionFailure(error, login) ?? unexpected(thrown);
  if (error.code === "28P01") return "refused";
  // NOLOGIN and a missing role share 28000 with pg_hba.conf; the routine tells them apart.
  if (error.code === "28000" && error.routine === "InitializeSessionUserId") return "refused";
  const { why, retryable } = loginAnswers[error.code] ?? { why: "refused", retryable: true };
  return new LoginForbidden(address(login), login.username, error.code, why, retryable);
}

/** A user may always change its own password, except under the RDS setting; another's only with rights over it. */
const grants =
  "To change another user's password, a user needs CREATEROLE and, from PostgreSQL 16 on, GRANT (that user) TO (this one) WITH ADMIN OPTION. If the server restricts password commands (rds.restrict_password_commands), grant rds_password to the user.";

/** @param action e.g. `change the password of user app` */
export function statementFailure(thrown: unknown, login: Login, action: string): RotationError {
  if (thrown instanceof RotationError) return thrown;
  const error = driverError(thrown);
  const at = address(login);
  switch (error.code) {
    case "42501":
      return new PermissionDenied(at, login.username, action, grants);
    case "25006":
      return new ReadOnlyServer(at);
    case "22023":
      return new PasswordRejected(at, `SQLSTATE ${error.code}`);
    case "55P03":
      return lockBusy(at, action);
  }
  // BEGIN READ WRITE on a standby fails in the check of a parameter; an extension raises the code elsewhere.
  if (error.code === "0A000")
    return error.routine === "call_bool_check_hook"
      ? new ReadOnlyServer(at)
      : new PasswordRejected(at, `SQLSTATE ${error.code}`);
  if (isSqlState(error.code)) return new DatabaseFailed(at, action, `SQLSTATE ${error.code}`);
  return connectionFailure(error, login) ?? unexpected(thrown);
}
