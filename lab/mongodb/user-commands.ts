import { type Command, dbOf, listOf, type Right, rolesOf, text } from "./command.ts";
import type { Privilege, RoleName } from "./roles.ts";
import type { Fields } from "./wire.ts";

const usersInfo: Command = {
  fields: ["showAuthenticationRestrictions", "showPrivileges", "showCredentials", "filter"],
  rights: (fields, { user }) =>
    wanted(fields)
      .filter((each) => each.user !== user?.user || each.db !== user.db)
      .map(({ db }) => [["viewUser", { db }]]),
  run(fields, _, { users }) {
    const found = wanted(fields).flatMap(({ user, db }) => users.find(user, db) ?? []);
    return {
      users: found.map(({ credentials, customData, authenticationRestrictions, ...user }) => ({
        _id: `${user.db}.${user.user}`,
        ...user,
        mechanisms: Object.keys(credentials),
        ...(customData && { customData }),
        ...(fields["showAuthenticationRestrictions"] ? { authenticationRestrictions } : {}),
      })),
    };
  },
};

function wanted(fields: Fields): readonly { user: string; db: string }[] {
  return [fields["usersInfo"]]
    .flat()
    .map((each) =>
      typeof each === "string"
        ? { user: each, db: dbOf(fields) }
        : (each as { user: string; db: string }),
    );
}

const userFields = [
  "pwd",
  "customData",
  "roles",
  "authenticationRestrictions",
  "mechanisms",
  "digestPassword",
];

/** What the fields of a user take beside the command's own right. */
const ofFields = (fields: Fields): readonly (readonly Right[])[] => {
  const db = dbOf(fields);
  return [
    ...rolesOf(fields, db).map((name): Right[] => [["grantRole", { db: name }]]),
    ...(listOf(fields["authenticationRestrictions"]).length > 0
      ? [[["setAuthenticationRestriction", { db }]] as Right[]]
      : []),
  ];
};

const createUser: Command = {
  fields: userFields,
  writes: true,
  rights: (fields) => [[["createUser", { db: dbOf(fields) }]], ...ofFields(fields)],
  run(fields, _, { users }) {
    users.create(text(fields["createUser"]), dbOf(fields), fields);
    return {};
  },
};

/** "To modify their own pwd": changeOwnPassword on the database of the user. */
const updateUser: Command = {
  fields: userFields,
  writes: true,
  rights(fields, { user }) {
    const db = dbOf(fields);
    const isOwn = user?.user === fields["updateUser"] && user?.db === db;
    const change = (what: string): Right[] => [
      [`change${what}`, { db }],
      ...(isOwn ? [[`changeOwn${what}`, { db }] as Right] : []),
    ];
    return [
      ...(fields["pwd"] === undefined ? [] : [change("Password")]),
      ...(fields["customData"] === undefined ? [] : [change("CustomData")]),
      ...(fields["roles"] === undefined ? [] : [[["revokeRole", { db: "" }]] as Right[]]),
      ...ofFields(fields),
    ];
  },
  run(fields, _, { users }) {
    users.update(text(fields["updateUser"]), dbOf(fields), fields);
    return {};
  },
};

const dropUser: Command = {
  fields: [],
  writes: true,
  rights: (fields) => [[["dropUser", { db: dbOf(fields) }]]],
  run(fields, _, { users }) {
    users.drop(text(fields["dropUser"]), dbOf(fields));
    return {};
  },
};

const roleChange = (name: "grantRolesToUser" | "revokeRolesFromUser"): Command => ({
  fields: ["roles"],
  writes: true,
  rights: (fields) =>
    rolesOf(fields, dbOf(fields)).map((db) => [
      [name === "grantRolesToUser" ? "grantRole" : "revokeRole", { db }],
    ]),
  run(fields, _, { users }) {
    const roles = listOf<RoleName>(fields["roles"]);
    const [user, db] = [text(fields[name]), dbOf(fields)];
    if (name === "grantRolesToUser") users.grant(user, db, roles);
    else users.revoke(user, db, roles);
    return {};
  },
});

const createRole: Command = {
  fields: ["privileges", "roles", "authenticationRestrictions"],
  writes: true,
  rights: (fields) => [[["createRole", { db: dbOf(fields) }]]],
  run(fields, _, { users }) {
    const privileges = listOf<Privilege>(fields["privileges"]);
    users.createRole(text(fields["createRole"]), dbOf(fields), privileges);
    return {};
  },
};

/** Users and roles. */
export const userCommands: Readonly<Record<string, Command>> = {
  usersInfo,
  createUser,
  updateUser,
  dropUser,
  grantRolesToUser: roleChange("grantRolesToUser"),
  revokeRolesFromUser: roleChange("revokeRolesFromUser"),
  createRole,
};
