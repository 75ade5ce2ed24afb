import { accepts, type Engine, type Session } from "../login/engine.ts";
import { address, type Login } from "../login/login.ts";
import type { AskedServer, PasswordChanges } from "./password-changes.ts";
import { type Pause, pause as wait } from "./pause.ts";
import { AclSession } from "./session.ts";

/** Makes the changes of whoever logs in to this server. */
export type ChangesOn = (server: AskedServer, pause: Pause) => PasswordChanges;

/**
 * Logins as the server's own engine makes them, of a user whom the service's API changes.
 * @param engine of the server
 */
export function aclEngine(engine: Engine, changesOn: ChangesOn, pause: Pause = wait): Engine {
  const opened = (session: Session | "refused", login: Login) => {
    if (session === "refused") return session;
    const server: AskedServer = {
      address: address(login),
      accepts: (password, signal) => accepts(engine, { ...login, password }, signal),
    };
    const changes = changesOn(server, pause);
    return new AclSession({ session, password: login.password, changes });
  };
  return {
    login: async (login, signal) => opened(await engine.login(login, signal), login),
    approach(login, signal) {
      const approach = engine.approach(login, signal);
      return {
        login: async () => opened(await approach.login(), login),
        [Symbol.asyncDispose]: () => approach[Symbol.asyncDispose](),
      };
    },
  };
}
