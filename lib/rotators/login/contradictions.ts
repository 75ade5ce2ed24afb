import { defined } from "../../manifest/defined.ts";
import type { Path } from "../../manifest/remark.ts";
import type { LoginKeys } from "./keys.ts";

/** A problem at a path from the credential. */
export type Problem = readonly [path: Path, problem: string];

/** `fields: {}`: fields with the usual names belong to another login. */
export const saysNoFields = ({ fields }: LoginKeys) => fields && Object.keys(fields).length === 0;

/** A secret that is the credential itself has no fields. */
export function* besidePlain(keys: LoginKeys): Generator<Problem> {
  const { plain, fields, urls, copies, connection } = keys;
  if (saysNoFields(keys) && !plain && !urls?.length)
    yield [
      ["fields"],
      "is empty, which means that the login is only in a URL: name the URL's field under urls",
    ];
  if (!plain) return;
  for (const [key, value] of Object.entries({ fields, urls, copies }))
    if (value !== undefined)
      yield [[key], `the secret is plain text (plain: ${plain}) and has no fields: remove it`];
  for (const role of ["host", "username"] as const)
    if (plain === "password" && connection?.[role] === undefined)
      yield [
        ["plain"],
        `the secret holds only the password: add the ${role} under connection.${role}`,
      ];
}

/** A copy holds the password alone, so it is neither the password itself nor another part. */
export function* copyProblems({
  fields = {},
  urls = [],
  copies = [],
}: LoginKeys): Generator<Problem> {
  const roles = new Map(Object.entries(defined(fields)).map(([role, field]) => [field, role]));
  if (!fields.password && urls.length === 0) roles.set("password", "password");
  for (const [index, field] of copies.entries()) {
    const role = roles.get(field);
    if (role)
      yield [["copies", index], `the field ${field} is already the ${role}: remove it from copies`];
    else if (urls.includes(field))
      yield [
        ["copies", index],
        `the field ${field} is already a URL: remove it from one of the two`,
      ];
  }
}

/** One field for two parts of the login, or one part in two places. */
export function* usedTwice({
  fields = {},
  connection = {},
  urls = [],
}: LoginKeys): Generator<Problem> {
  const roles = new Map<string, string>();
  for (const [role, field] of Object.entries(defined(fields))) {
    const other = roles.get(field);
    if (other)
      yield [["fields", role], `the field ${field} is already the ${other}: name another field`];
    roles.set(field, role);
    if (role in connection)
      yield [
        ["connection", role],
        `the ${role} is also under fields, in ${field}: remove one of the two`,
      ];
  }
  for (const [index, field] of urls.entries()) {
    const role = roles.get(field) ?? (field === "password" && !fields.password && "password");
    if (role)
      yield [
        ["urls", index],
        `the field ${field} is the ${role} and cannot be a URL as well: remove it`,
      ];
  }
}
