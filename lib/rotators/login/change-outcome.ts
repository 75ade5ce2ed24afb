import {
  ChangeNotKept,
  LockBusy,
  LoginForbidden,
  PasswordRejected,
  PermissionDenied,
  ReadOnlyServer,
} from "./server-errors.ts";

/**
 * For a login that the server has no room for: a change that it has acknowledged needs no other proof.
 * @param wasSet whether the server has acknowledged the change
 */
export const acknowledged = (wasSet: boolean) => (error: unknown) => {
  if (wasSet && error instanceof LoginForbidden && error.retryable) return true;
  throw error;
};

/** The server answered that it changed nothing. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof PermissionDenied ||
    error instanceof ReadOnlyServer ||
    error instanceof PasswordRejected ||
    error instanceof LockBusy ||
    error instanceof ChangeNotKept
  );
}
