import { Binary, Long } from "mongodb";
import type { Documents } from "./documents.ts";
import { Failure } from "./failure.ts";
import { allows, type Privilege, type RoleName } from "./roles.ts";
import { mechanisms, ServerScram } from "./scram-server.ts";
import type { User, UserStore } from "./users.ts";
import type { Fields } from "./wire.ts";

/** A connection. */
export interface DoubleSession {
  readonly id: number;
  /** As it was when it logged in. */
  user: User | undefined;
  login: { readonly scram: ServerScram; readonly db: string } | undefined;
  /** Has proven its password, and has one empty turn to take. */
  proven?: User | undefined;
}

/** What commands work on. */
export interface DoubleState {
  readonly users: UserStore;
  readonly documents: Documents;
  readonly sessions: ReadonlySet<DoubleSession>;
  /** `host:port` of the one that takes changes, and of all; `undefined`: this one stands alone. */
  readonly replicaSet: { readonly primary: string; readonly hosts: readonly string[] } | undefined;
  readonly isPrimary: boolean;
  /** Whether it knows `skipEmptyExchange`, as MongoDB has since 4.4. */
  readonly skipsEmptyTurn: boolean;
}

type Right = readonly [action: string, on: "cluster" | { db: string; collection?: string }];

export interface Command {
  /** Beside the generic ones; any other is refused. */
  readonly fields: readonly string[];
  /** Whether it may be run without a user. */
  readonly open?: true;
  readonly writes?: true;
  /** What it takes, by its fields; a list of which one is enough. */
  rights?(
    fields: Fields,
    session: DoubleSession,
    state: DoubleState,
  ): readonly (readonly Right[])[];
  run(fields: Fields, session: DoubleSession, state: DoubleState): Fields;
}

const text = (value: unknown) => String(value);
const listOf = <T>(value: unknown) => (value ?? []) as readonly T[];
const dbOf = ({ $db }: Fields) => text($db);
const rolesOf = ({ roles }: Fields, db: string) =>
  listOf<string | RoleName>(roles).map((role) => (typeof role === "string" ? db : role.db));

const hello: Command = {
  fields: [
    "helloOk",
    "client",
    "compression",
    "saslSupportedMechs",
    "speculativeAuthenticate",
    "topologyVersion",
    "maxAwaitTimeMS",
    "loadBalanced",
    "backpressure",
  ],
  open: true,
  run({ saslSupportedMechs, speculativeAuthenticate }, session, state) {
    const [, db = "", user = ""] = /^([^.]*)\.(.*)$/s.exec(text(saslSupportedMechs)) ?? [];
    const found = state.users.find(user, db);
    const { replicaSet, isPrimary } = state;
    return {
      helloOk: true,
      ismaster: isPrimary,
      isWritablePrimary: isPrimary,
      ...(replicaSet && { setName: "rs0", setVersion: 1, secondary: !isPrimary, ...replicaSet }),
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      connectionId: session.id,
      minWireVersion: 0,
      maxWireVersion: 21,
      readOnly: false,
      ...(found && { saslSupportedMechs: Object.keys(found.credentials) }),
      ...speculated(speculativeAuthenticate as Fields | undefined, session, state),
    };
  },
};

/** A driver begins the login with its first message. Where that fails, nothing is said. */
function speculated(start: Fields | undefined, session: DoubleSession, state: DoubleState): Fields {
  if (!start) return {};
  try {
    return {
      speculativeAuthenticate: saslStart.run({ ...start, $db: start["db"] }, session, state),
    };
  } catch (error) {
    if (error instanceof Failure) return {};
    throw error;
  }
}

const payload = (bytes: Buffer, done: boolean): Fields => ({
  conversationId: 1,
  done,
  payload: new Binary(bytes),
});

const saslStart: Command = {
  fields: ["mechanism", "payload", "autoAuthorize", "options", "db"],
  open: true,
  run({ mechanism, payload: first, ...fields }, session, { users }) {
    const db = dbOf(fields);
    const find = (username: string) => {
      const user = users.find(username, db);
      if (!user) throw new Failure("AuthenticationFailed", "Authentication failed.");
      const credential = user.credentials[text(mechanism)];
      if (!credential && mechanisms.includes(text(mechanism)))
        throw new Failure(
          "MechanismUnavailable",
          `Unable to use ${mechanism} based authentication`,
        );
      return credential as NonNullable<typeof credential>;
    };
    const scram = new ServerScram(text(mechanism), text(first), find);
    session.login = { scram, db };
    return payload(scram.challenge, false);
  },
};

const saslContinue: Command = {
  fields: ["conversationId", "payload"],
  open: true,
  run({ payload: last }, session, { users, skipsEmptyTurn }) {
    const { login, proven } = session;
    if (proven && text(last) === "") {
      session.user = proven;
      session.proven = undefined;
      return payload(Buffer.alloc(0), true);
    }
    if (!login) throw new Failure("AuthenticationFailed", "No SASL session state found");
    session.login = undefined;
    const own = login.scram.verify(text(last));
    const user = users.get(login.scram.username, login.db);
    if (skipsEmptyTurn) session.user = user;
    else session.proven = user;
    return payload(own, skipsEmptyTurn);
  },
};

const connectionStatus: Command = {
  fields: ["showPrivileges"],
  open: true,
  run({ showPrivileges }, { user }, { users }) {
    const authInfo = {
      authenticatedUsers: user ? [{ user: user.user, db: user.db }] : [],
      authenticatedUserRoles: user?.roles ?? [],
      ...(showPrivileges === true && {
        authenticatedUserPrivileges: user ? users.privileges(user) : [],
      }),
    };
    return { authInfo };
  },
};

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

/** Only `$currentOp`, and what the lab asks behind it. */
const aggregate: Command = {
  fields: ["pipeline", "cursor"],
  rights: (fields) => {
    const [first] = listOf<Fields>(fields["pipeline"]);
    return (first?.["$currentOp"] as Fields)?.["allUsers"] ? [[["inprog", "cluster"]]] : [];
  },
  run(fields, session, { sessions }) {
    const [first, match, project, ...more] = listOf<Fields>(fields["pipeline"]);
    const { effectiveUsers } = (match?.["$match"] ?? {}) as {
      effectiveUsers?: { $elemMatch: { user: string; db: string } };
    };
    const { user, db } = effectiveUsers?.$elemMatch ?? {};
    if (
      !first?.["$currentOp"] ||
      !project?.["$project"] ||
      more.length > 0 ||
      dbOf(fields) !== "admin"
    )
      throw new Failure("UnrecognizedPipelineStage", "Unrecognized pipeline stage name");
    const found = [...sessions].filter((each) => each.user?.user === user && each.user?.db === db);
    const firstBatch = found.map((each) => ({
      connectionId: each.id,
      active: each === session,
      ...(each === session && { opid: each.id }),
    }));
    return { cursor: { id: Long.ZERO, ns: "admin.$cmd.aggregate", firstBatch } };
  },
};

const onCollection = (
  name: string,
  action: string,
  fields: readonly string[],
  run: Command["run"],
): Command => ({
  fields,
  ...(action !== "find" && { writes: true as const }),
  rights: (given) => [[[action, { db: dbOf(given), collection: text(given[name]) }]]],
  run,
});

const place = (name: string, fields: Fields) => `${dbOf(fields)}.${text(fields[name])}`;

/** Refused writes are told beside the answer. */
function each(list: readonly Fields[], write: (one: Fields) => number): Fields {
  let n = 0;
  try {
    for (const one of list) n += write(one);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { n, writeErrors: [{ index: n, code: error.code, errmsg: error.message }] };
  }
  return { n };
}

export const commands: Readonly<Record<string, Command>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  saslStart,
  saslContinue,
  connectionStatus,
  ping: { fields: [], open: true, run: () => ({}) },
  endSessions: { fields: [], open: true, run: () => ({}) },
  usersInfo,
  createUser,
  updateUser,
  dropUser,
  grantRolesToUser: roleChange("grantRolesToUser"),
  revokeRolesFromUser: roleChange("revokeRolesFromUser"),
  createRole,
  aggregate,
  killOp: {
    fields: ["op"],
    rights: () => [[["killop", "cluster"]]],
    run: () => ({ info: "attempting to kill op" }),
  },
  create: onCollection("create", "createCollection", [], () => ({})),
  createIndexes: onCollection("createIndexes", "createIndex", ["indexes"], () => ({})),
  drop: onCollection("drop", "dropCollection", [], (fields, _, { documents }) => {
    documents.drop(place("drop", fields));
    return {};
  }),
  find: onCollection(
    "find",
    "find",
    ["filter", "limit", "singleBatch", "batchSize"],
    (fields, _, { documents }) => {
      const ns = place("find", fields);
      return {
        cursor: {
          id: Long.ZERO,
          ns,
          firstBatch: documents.find(ns, (fields["filter"] ?? {}) as Fields),
        },
      };
    },
  ),
  insert: onCollection("insert", "insert", ["documents", "ordered"], (fields, _, { documents }) =>
    each(listOf<Fields>(fields["documents"]), (one) => {
      documents.insert(place("insert", fields), one);
      return 1;
    }),
  ),
  update: {
    ...onCollection("update", "update", ["updates", "ordered"], (fields, _, { documents }) =>
      each(listOf<Fields>(fields["updates"]), ({ q, u, upsert }) => {
        const { $set } = u as Fields;
        return documents.update(
          place("update", fields),
          q as Fields,
          $set as Fields,
          Boolean(upsert),
        );
      }),
    ),
    rights(fields) {
      const on = { db: dbOf(fields), collection: text(fields["update"]) };
      const upserts = listOf<Fields>(fields["updates"]).some(({ upsert }) => upsert);
      return [[["update", on]], ...(upserts ? [[["insert", on]] as Right[]] : [])];
    },
  },
  delete: onCollection("delete", "remove", ["deletes", "ordered"], (fields, _, { documents }) =>
    each(listOf<Fields>(fields["deletes"]), ({ q }) =>
      documents.remove(place("delete", fields), q as Fields),
    ),
  ),
};

/** Every one of the rights, or of the ways to have it. */
export function isAllowed(
  command: Command,
  fields: Fields,
  session: DoubleSession,
  state: DoubleState,
): boolean {
  const privileges = session.user ? state.users.privileges(session.user) : [];
  return (command.rights?.(fields, session, state) ?? []).every((ways) =>
    ways.some(([action, on]) => privileges.some((privilege) => allows(privilege, action, on))),
  );
}
