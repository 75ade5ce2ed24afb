import { Binary } from "mongodb";
import { type Command, type DoubleSession, type DoubleState, dbOf, text } from "./command.ts";
import { Failure } from "./failure.ts";
import { mechanisms, ServerScram } from "./scram-server.ts";
import type { Fields } from "./wire.ts";

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

/** What a driver sends before it has a user, and about its connection. */
export const loginCommands: Readonly<Record<string, Command>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  saslStart,
  saslContinue,
  connectionStatus,
  ping: { fields: [], open: true, run: () => ({}) },
  endSessions: { fields: [], open: true, run: () => ({}) },
};
