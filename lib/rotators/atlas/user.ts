import type { Pair } from "../login/pair.ts";

/** Texts by name, as the API has roles, scopes and labels. */
type Texts = Readonly<Record<string, string>>;

/** A database user as the Atlas Administration API shows it (`CloudDatabaseUser`). Without its password, which it never shows. */
export interface AtlasUser {
  readonly name: string;
  /** Each with `roleName`, `databaseName` and perhaps `collectionName`. */
  readonly roles: readonly Texts[];
  /** Each with `name` and `type`; none: all clusters of the project. */
  readonly scopes: readonly Texts[];
  /** Each with `key` and `value`. */
  readonly labels: readonly Texts[];
  readonly description: string | undefined;
  /** Why it has no password that could be rotated. */
  readonly unusable: string | undefined;
}

/** A label's key; its value is the user that the labelled one stands in for. */
const mark = "quarterturn";

/** In place of all roles of a user whose connections were ended: Atlas wants one, and there is no such database. */
export const noRoles: readonly Texts[] = [
  { roleName: "read", databaseName: "quarterturn_no_database" },
];

const otherLogins: Readonly<Record<string, string>> = {
  awsIAMType: "AWS IAM",
  x509Type: "X.509",
  ldapAuthType: "LDAP",
  oidcAuthType: "OIDC",
};

/** @returns `undefined` if this is not a database user */
export function userIn(json: unknown): AtlasUser | undefined {
  const fields: Readonly<Record<string, unknown>> = Object(json);
  const { username, description } = fields;
  if (typeof username !== "string" || !Array.isArray(fields["roles"])) return undefined;
  return {
    name: username,
    roles: texts(fields["roles"], ["roleName", "databaseName", "collectionName"]),
    scopes: texts(fields["scopes"], ["name", "type"]),
    labels: texts(fields["labels"], ["key", "value"]),
    description: text(description),
    unusable: whyUnusable(fields),
  };
}

function whyUnusable(fields: Readonly<Record<string, unknown>>): string | undefined {
  const [other] = Object.entries(otherLogins).filter(
    ([key]) => fields[key] !== undefined && fields[key] !== null && fields[key] !== "NONE",
  );
  if (other) return `it logs in by ${other[1]}, and has no password`;
  return text(fields["deleteAfterDate"]) === undefined
    ? undefined
    : "it is temporary: Atlas deletes it automatically";
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

const texts = (list: unknown, names: readonly string[]): readonly Texts[] =>
  (Array.isArray(list) ? list : []).map((each) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = text(Object(each)[name]);
        return value ? [[name, value]] : [];
      }),
    ),
  );

export interface Users {
  readonly owner: AtlasUser | undefined;
  readonly clone: AtlasUser | undefined;
}

/** By our mark alone: a user that only has the same roles may be anybody's. */
export const standsInFor = ({ labels }: AtlasUser): string | undefined =>
  labels.find(({ key }) => key === mark)?.["value"];

const canonical = (list: readonly Texts[]) =>
  JSON.stringify(list.map((each) => JSON.stringify(each)).sort());

const same = (one: readonly Texts[], other: readonly Texts[]) =>
  canonical(one) === canonical(other);

/** Its connections were ended, which took its roles. */
const hasNoRoles = ({ roles }: AtlasUser): boolean => same(roles, noRoles);

export const isLike = (one: AtlasUser, other: AtlasUser): boolean =>
  same(one.roles, other.roles) && same(one.scopes, other.scopes) && same(one.labels, other.labels);

/**
 * One user of a pair as it must be: with the owner's roles and scopes, or where the owner lost its own, with those of the
 * clone.
 * @returns `undefined` where both have lost theirs
 */
export function aligned(
  { owner, clone }: Users,
  pair: Pair,
  username: string,
): AtlasUser | undefined {
  const like = [owner, clone].find((user) => user && !hasNoRoles(user));
  if (!like) return undefined;
  const isClone = username === pair.clone;
  const present = isClone ? clone : owner;
  const labels = present?.labels ?? [];
  const ofClone = [...labels.filter(({ key }) => key !== mark), { key: mark, value: pair.owner }];
  return {
    name: username,
    roles: like.roles,
    scopes: like.scopes,
    labels: isClone ? ofClone : labels,
    description: present ? present.description : "Made by Quarterturn: stands in for another user.",
    unusable: undefined,
  };
}
