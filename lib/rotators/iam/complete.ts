import { defined } from "../../manifest/defined.ts";
import { identifierOf } from "../../manifest/identifier.ts";
import type { Path } from "../../manifest/remark.ts";
import type { CredentialEntry } from "../../manifest/type.ts";
import type { IamKeys } from "./keys.ts";
import type { IamSpec, SmtpLogin } from "./spec.ts";
import { endingTime } from "./traits.ts";

type IamEntry = CredentialEntry<IamKeys>;

/** Names that secrets usually have for the two parts, in pairs. */
const usualFields = [
  { id: "access_key_id", secret: "secret_access_key" },
  { id: "AWS_ACCESS_KEY_ID", secret: "AWS_SECRET_ACCESS_KEY" },
] as const;

/** The access key that an entry of rotation.yml means. */
export function completeIam(entry: IamEntry): IamSpec {
  const { keys, type } = entry;
  const logins = (keys.ses ?? []).map((login, index) => {
    const parts: SmtpLogin = {
      region: login.region,
      passwordPart: `SMTP password ${index + 1}`,
      ...(login.username !== undefined && { usernamePart: `SMTP user name ${index + 1}` }),
    };
    return { parts, login };
  });
  const derived = logins.flatMap(({ parts, login }) => [
    [parts.passwordPart, login.password] as const,
    ...(parts.usernamePart && login.username !== undefined
      ? [[parts.usernamePart, login.username] as const]
      : []),
  ]);
  const [usual, ...others] = usualFields;
  const fields = { ...usual, ...defined(keys.fields ?? {}) };
  usedTwice(entry);
  return {
    type,
    strategy: "issue",
    traits: { oldWorksBeside: true, changesUsername: true, switches: false, endingTime },
    user: userOf(entry),
    fields: { ...fields, ...Object.fromEntries(derived) },
    ...(!keys.fields && { otherFields: others }),
    smtp: logins.map(({ parts }) => parts),
    adopt: keys.adopt ?? false,
  };
}

/** API_CreateUser: names of letters, digits and +=,.@_-, behind a path of printable characters. */
const userOf = (entry: IamEntry) =>
  identifierOf(entry, "user", {
    missing: "no user: name the IAM user whose key it is, e.g. `user: uploads`",
    form: /^([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
    problem:
      "is not the name of an IAM user: letters, digits and +=,.@_-, behind its path (apps/uploads) and without arn:",
  });

/** Also one of the usual names, which the entry does not name. */
function usedTwice({ keys, complain }: IamEntry): void {
  const { fields, ses = [] } = keys;
  const usual = fields ? [{ ...usualFields[0], ...defined(fields) }] : usualFields;
  const taken = new Set<string>();
  const take = (path: Path, field: string | undefined) => {
    if (field === undefined) return;
    if (taken.has(field))
      complain(path, `the field ${field} has two uses in this credential: name another field`);
    taken.add(field);
  };
  for (const { id, secret } of usual) {
    take(["fields", "id"], id);
    take(["fields", "secret"], secret);
  }
  for (const [index, { password, username }] of ses.entries()) {
    take(["ses", index, "password"], password);
    take(["ses", index, "username"], username);
  }
}
