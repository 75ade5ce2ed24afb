import type { Role } from "./login.ts";
import type { Key } from "./places.ts";

/** A way to write `key=value` pairs into one text. */
export interface Flavour {
  /** One pair, sticky: `key`, and the value as it is written. */
  readonly pair: RegExp;
  roleOf(key: string): Key | undefined;
  unquote(written: string): string;
  /** @param old the value in whose place it is written */
  quote(value: string, old: string): string;
}

const libpqRoles = new Map<string, Key>([
  ["host", "host"],
  ["hostaddr", "address"],
  ["service", "service"],
  ["port", "port"],
  ["dbname", "database"],
  ["user", "username"],
  ["password", "password"],
]);

/** `host=db user=app password='o ld'` (PostgreSQL documentation, 34.1.1.1). */
const libpq: Flavour = {
  pair: /\s*(?<key>[a-z_]+)\s*=\s*(?<value>'(?:[^'\\]|\\.)*'|(?:(?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*)?)(?=\s|$)\s*/suy,
  roleOf: (key) => libpqRoles.get(key),
  unquote: (written) => written.replace(/^'(.*)'$/s, "$1").replace(/\\(.)/gsu, "$1"),
  quote(value, old) {
    if (!old.startsWith("'") && /^[^\s'\\]+$/u.test(value)) return value;
    return `'${value.replace(/['\\]/g, "\\$&")}'`;
  },
};

/** Of ADO.NET (Npgsql and others) and ODBC: in any case, with or without spaces. */
const words: readonly (readonly [Role, readonly string[]])[] = [
  ["host", ["host", "server", "servername", "datasource", "address", "addr", "networkaddress"]],
  ["port", ["port"]],
  ["database", ["database", "initialcatalog", "db"]],
  ["username", ["username", "userid", "user", "uid"]],
  ["password", ["password", "pwd", "psw", "passwd"]],
];

const roleOf = (key: string): Role | undefined => {
  const word = key.toLowerCase().replace(/[\s_]/g, "");
  return words.find(([, names]) => names.includes(word))?.[0];
};

/** `Server=db;User Id=app;Password="o;ld"` (.NET, DbConnectionStringBuilder). */
const ado: Flavour = {
  pair: /[\s;]*(?<key>[^\s=;"'][^=;"']*?)\s*=\s*(?<value>"(?:[^"]|"")*"|'(?:[^']|'')*'|(?!["'])[^;]*?)\s*(?:;[\s;]*|$)/uy,
  roleOf,
  unquote(written) {
    const quote = /^["']/.exec(written)?.[0];
    return quote ? written.slice(1, -1).replaceAll(quote + quote, quote) : written;
  },
  quote(value, old) {
    const quote = /^["']/.exec(old)?.[0];
    if (!quote && /^[^\s;"'](?:[^;"']*[^\s;"'])?$/u.test(value)) return value;
    const mark = quote ?? '"';
    return mark + value.replaceAll(mark, mark + mark) + mark;
  },
};

/** `Driver={PostgreSQL Unicode};Server=db;Uid=app;Pwd={o;ld}` (ODBC, SQLDriverConnect). */
const odbc: Flavour = {
  pair: /[\s;]*(?<key>[^\s=;{}][^=;{}]*?)\s*=\s*(?<value>\{(?:[^}]|\}\})*\}|(?!\{)[^;]*?)\s*(?:;[\s;]*|$)/uy,
  roleOf,
  unquote: (written) =>
    written.startsWith("{") ? written.slice(1, -1).replaceAll("}}", "}") : written,
  quote(value, old) {
    if (!old.startsWith("{") && /^[\w.~-]+$/.test(value)) return value;
    return `{${value.replaceAll("}", "}}")}}`;
  },
};

/** Those that a text may have. Where a semicolon stands ahead of each pair, it separates them. */
export function flavoursOf(text: string): readonly Flavour[] {
  const separated = /(?:^|;)\s*(?:driver|dsn)\s*=/i.test(text) ? odbc : ado;
  const isSeparated = /;\s+[a-z_]+\s*=/.test(text) && !/[^\s;]\s+[a-z_]+\s*=/.test(text);
  return isSeparated ? [separated] : [libpq, separated];
}
