import type { Engine, Session } from "../login/engine.ts";
import type { Login } from "../login/login.ts";
import type { AclUser } from "./acl-user.ts";
import { type Pause, pause as wait } from "./pause.ts";
import { AclSession } from "./session.ts";

/**
 * Logins as the server's own engine makes them, of a user whom the service's API changes.
 * @param engine of the server
 */
export function aclEngine(engine: Engine, user: AclUser, pause: Pause = wait): Engine {
  const opened = (session: Session | "refused", login: Login) =>
    session === "refused" ? session : new AclSession({ session, login, engine, user, pause });
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
