import { RotationError } from "../../errors.ts";
import { address, type Login } from "../login/login.ts";
import {
  DatabaseFailed,
  LoginForbidden,
  PasswordRejected,
  ReadOnlyServer,
} from "../login/server-errors.ts";
import { driverError, transportFailure, unexpected } from "../login/transport.ts";
import { Unreachable } from "../login/transport-errors.ts";
import { databaseOf } from "./administering.ts";
import { CommandFailed, MechanismRefused, NoPrimary } from "./answers.ts";
import { methodRefused, notPrimary, permissionDenied, usersMissing } from "./errors.ts";
import { NotProven } from "./scram.ts";
import { NotTheProtocol } from "./wire.ts";

/*
 * Numbers of `src/mongo/base/error_codes.yml` of the server's source. Names and texts are not read: the texts quote.
 */

/** Wrong user or password, or from an address that the user's authenticationRestrictions do not admit. */
const refusals: readonly number[] = [11, 18];

/** The user has no password of the method that the URL names. */
const mechanismUnavailable = 334;

/** Not about the password, and over soon. */
const passing: Readonly<Record<number, string>> = {
  91: "the server is stopping",
  189: "the server is no longer the primary",
  10058: "the server is no longer the primary",
  10107: "the server is not the primary",
  11600: "the server is stopping",
  11602: "the server is no longer the primary",
  13435: "the server is not the primary",
  13436: "the server is recovering",
};

/** `refused` when the server answers that the user or the password is wrong. */
export function loginFailure(thrown: unknown, login: Login): RotationError | "refused" {
  const at = address(login);
  if (thrown instanceof MechanismRefused)
    return methodRefused(at, login.username, "a method that is not SCRAM");
  if (thrown instanceof NotProven)
    return methodRefused(
      at,
      login.username,
      "SCRAM, but does not prove that it knows the password",
    );
  if (thrown instanceof NoPrimary) return notPrimary(at, login.username);
  if (!(thrown instanceof CommandFailed)) return connectionFailure(thrown, login);
  const { number } = thrown;
  if (refusals.includes(number)) return "refused";
  if (number === mechanismUnavailable)
    return methodRefused(at, login.username, "another method of SCRAM than the URL names");
  const why = passing[number] ?? "refused";
  return new LoginForbidden(at, login.username, `error ${number}`, why, true);
}

/** 8000 is Atlas's own, for what it does by its API alone. */
const denied: readonly number[] = [13, 8000];

/** @param action e.g. `change the password of user app` */
export function commandFailure(thrown: unknown, login: Login, action: string): RotationError {
  if (!(thrown instanceof CommandFailed)) return connectionFailure(thrown, login);
  const { number } = thrown;
  const at = address(login);
  if (denied.includes(number)) return permissionDenied(at, login.username, action);
  if (number === 11) return usersMissing(at, login.username, databaseOf(login));
  if (number === 10_107 || number === 13_435) return new ReadOnlyServer(at);
  // BadValue, of a change of a password: SASLprep prohibits a character, or DocumentDB the length.
  if (number === 2) return new PasswordRejected(at, `error ${number}`);
  return new DatabaseFailed(at, action, `error ${number}`);
}

function connectionFailure(thrown: unknown, login: Login): RotationError {
  if (thrown instanceof RotationError) return thrown;
  if (thrown instanceof NotTheProtocol || thrown instanceof RangeError)
    return new Unreachable(address(login), "it speaks another protocol");
  return transportFailure(driverError(thrown), login) ?? unexpected(thrown);
}
