import { httpsTransport, type Transport } from "../http/transport.ts";
import { approachBy } from "../login/approach.ts";
import type { Engine, Session } from "../login/engine.ts";
import type { Login } from "../login/login.ts";
import { opened } from "../login/phases.ts";
import { mongodb } from "../mongodb/mongodb.ts";
import { AtlasApi } from "./api.ts";
import { type Patience, patience } from "./applied.ts";
import { AtlasPairs } from "./pairs.ts";
import type { AtlasSpec } from "./spec.ts";

/** Only administrators act in a database. */
const isServiceAccount = (login: Login) => login.actsIn !== undefined;

/**
 * A cluster of Atlas: its users log in to it as to any server of MongoDB; its administrator is a service account of the
 * API, whose secret goes to no other host, and has the cluster's address for the logins that prove a change.
 */
export function atlasEngine(
  { project, admin }: Pick<AtlasSpec, "project" | "admin">,
  transport: Transport = httpsTransport(),
  waiting: Patience = patience,
): Engine {
  const open = async (
    { actsIn = "admin", username: id, password: secret, ...cluster }: Login,
    signal: AbortSignal,
    gate?: Promise<void>,
  ): Promise<Session> => {
    if (gate) await opened(gate, signal);
    const caller = { project, admin: admin?.secret ?? "" };
    const api = await AtlasApi.open(transport, caller, { id, secret }, signal);
    const target = { ...cluster, database: actsIn, username: id, password: secret };
    return sessionOf(new AtlasPairs({ api, project, cluster: target, patience: waiting }));
  };
  const approach = approachBy(open);
  return {
    login: (login, signal) =>
      isServiceAccount(login) ? open(login, signal) : mongodb.login(login, signal),
    approach: (login, signal) =>
      isServiceAccount(login) ? approach(login, signal) : mongodb.approach(login, signal),
  };
}

/** A service account's. Changes are idempotent, and Atlas takes them one after the other: there is nothing to lock. */
const sessionOf = (pairs: AtlasPairs): Session => ({
  pairs,
  lock: async () => false,
  rehearsePassword: async () => [],
  setPassword: (...change) => pairs.setPassword(...change),
  async [Symbol.asyncDispose]() {},
});
