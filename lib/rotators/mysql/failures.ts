import { RotationError } from "../../errors.ts";
import { address, type Login } from "../login/login.ts";
import { DatabaseFailed, LoginForbidden, ReadOnlyServer } from "../login/server-errors.ts";
import { driverError, transportFailure, unexpected } from "../login/transport.ts";
import { MethodUnknown, ServerAnswer } from "../mysql-protocol/answers.ts";
import { lockBusy, methodRefused, passwordRejected, permissionDenied } from "./errors.ts";

interface Reason {
  readonly why: string;
  readonly retryable: boolean;
}

const cure = (why: string): Reason => ({ why, retryable: false });
const wait = (why: string): Reason => ({ why, retryable: true });

/** Wrong user or password; the same where the account is meant for another way in than a password. */
const refusals: readonly number[] = [1045, 1698];

/** Answers that are not about the password, by number: names differ between servers and drivers. */
const reasons: Readonly<Record<number, Reason>> = {
  1040: wait("too many connections"),
  1044: cure("it has no rights on the database"),
  1049: cure("the database does not exist"),
  1053: wait("the server is stopping"),
  1129: cure("too many broken connections came from this host: run FLUSH HOSTS"),
  1130: cure("no account admits it from this host"),
  1203: wait("it has too many connections"),
  1226: wait("its limit of connections or of logins an hour is reached"),
  1524: cure("the account's authentication plugin is not loaded"),
  1820: cure("its password has expired"),
  1862: cure("its password has expired"),
  3032: wait("the server is in offline mode"),
  3118: cure("the account is locked"),
  3955: cure(
    "too many failed logins have locked the account for a time; ALTER USER … ACCOUNT UNLOCK ends that",
  ),
};

const forbidden = (number: number, login: Login): LoginForbidden => {
  const { why, retryable } = reasons[number] ?? wait("refused");
  return new LoginForbidden(address(login), login.username, `error ${number}`, why, retryable);
};

/** `refused` when the server answers that the user or the password is wrong. */
export function loginFailure(thrown: unknown, login: Login): RotationError | "refused" {
  if (thrown instanceof ServerAnswer)
    return refusals.includes(thrown.number) ? "refused" : forbidden(thrown.number, login);
  if (thrown instanceof MethodUnknown)
    return methodRefused(address(login), login.username, thrown.plugin);
  return connectionFailure(thrown, login);
}

/** 1045 and 1410 answer a GRANT of what one may not grant, 1095 a KILL. */
const denied: readonly number[] = [1044, 1045, 1095, 1142, 1143, 1227, 1370, 1410];

/** `read_only`, `super_read_only`; a transaction that may not write. */
const readOnly: readonly number[] = [1290, 1792, 1836];

/** The server changed nothing. */
const rejected: readonly number[] = [1819, 1827, 3638, 3878, 3891, 3892, 3894, 3895];

/** Of a statement. @param action e.g. `change the password of user app` */
export function statementFailure(thrown: unknown, login: Login, action: string): RotationError {
  if (!(thrown instanceof ServerAnswer)) return connectionFailure(thrown, login);
  const { number } = thrown;
  const at = address(login);
  if (denied.includes(number)) return permissionDenied(at, login.username, action);
  if (readOnly.includes(number)) return new ReadOnlyServer(at);
  if (rejected.includes(number)) return passwordRejected(at, number);
  if (number === 1205) return lockBusy(at, action);
  if (reasons[number]) return forbidden(number, login);
  return new DatabaseFailed(at, action, `error ${number}`);
}

function connectionFailure(thrown: unknown, login: Login): RotationError {
  if (thrown instanceof RotationError) return thrown;
  return transportFailure(driverError(thrown), login) ?? unexpected(thrown);
}
