import { RotationError, Unexpected } from "../../errors.ts";
import { address, type Login } from "./login.ts";
import { DnsFailed, TlsFailed, Unreachable } from "./transport-errors.ts";

/** What is read of a driver's error. Its text and its other properties may hold statements and values. */
export interface DriverError {
  readonly code?: string;
  readonly message: string;
}

export function driverError(thrown: unknown): DriverError & { readonly routine?: string } {
  return thrown instanceof Error ? thrown : { message: "" };
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to its network",
  EPIPE: "connection closed",
  ETIMEDOUT: "timed out",
};

const tlsCode = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|EPROTO)/;

/** A failure of DNS, TCP or TLS, by Node's code; `undefined` for anything else. */
export function transportFailure({ code }: DriverError, login: Login): RotationError | undefined {
  if (!code) return undefined;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return new DnsFailed(login.host);
  if (unreachable[code]) return new Unreachable(address(login), unreachable[code]);
  return tlsCode.test(code) ? new TlsFailed(address(login), code) : undefined;
}

/** What remains of an error that no engine knows: its class. */
export function unexpected(thrown: unknown): RotationError {
  if (thrown instanceof RotationError) return thrown;
  return new Unexpected(thrown instanceof Error ? thrown.constructor.name : typeof thrown);
}
