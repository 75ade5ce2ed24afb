import type { IncomingHttpHeaders } from "node:http";

/** `Authorization: Bearer …` */
export function bearer({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer ([^\s]+)$/.exec(authorization ?? "")?.[1];
}

/** `Authorization: Basic …`, as `user:password`. */
export function basic({ authorization }: IncomingHttpHeaders): string | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(authorization ?? "")?.[1];
  return encoded && Buffer.from(encoded, "base64").toString();
}

/** A header of its own, e.g. `x-api-key`. */
export function header(name: string) {
  return (headers: IncomingHttpHeaders): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? undefined : value;
  };
}
