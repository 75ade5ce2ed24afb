import type { UrlReading } from "../login/login-document.ts";
import { readUrl as readMongodbUrl } from "../mongodb/url.ts";

/**
 * As MongoDB's. Users with a password are of the database `admin` (Atlas Administration API, `databaseUsers`), which DNS
 * says of the names under `mongodb.net`, so a URL need not.
 */
export function readUrl(url: string, refuse: (expected: string) => Error): UrlReading {
  const [, source] = /[?&]authSource=([^&#]*)/i.exec(url) ?? [];
  if (source !== undefined && source !== "admin")
    throw refuse("a URL with authSource=admin: users of other databases have no password");
  const text = url.trim();
  const separator = text.includes("?") ? "&" : "?";
  return readMongodbUrl(
    source === undefined ? `${text}${separator}authSource=admin` : text,
    refuse,
  );
}
