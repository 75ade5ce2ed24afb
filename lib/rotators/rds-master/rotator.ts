import { LoginCredential } from "../login/credential.ts";
import type { Engine, EngineTraits } from "../login/engine.ts";
import { rdsClient } from "./clients.ts";
import type { Database } from "./database.ts";
import { engines } from "./engines.ts";
import { whereIs } from "./managed.ts";
import { byApi, byLogin } from "./proof.ts";
import { RdsDatabase } from "./rds-database.ts";
import type { MasterSpec } from "./spec.ts";
import { masterPassword } from "./strategy.ts";
import { noEngine, UnprovenCredential } from "./unproven.ts";

/** The rotator of an engine's logins, as far as a master user is logged in with it. */
export interface LoginServer {
  readonly engine: Engine;
  readonly traits: EngineTraits;
}

export const rotator = {
  whereIs,
  /** @param server of the engine; absent: the API alone proves */
  credential: (spec: MasterSpec, server?: LoginServer): LoginCredential =>
    masterCredential(spec, new RdsDatabase(spec.database, rdsClient), server),
};

export function masterCredential(
  spec: MasterSpec,
  database: Database,
  server?: LoginServer,
): LoginCredential {
  if (server) {
    const { engine, traits } = server;
    const strategy = masterPassword({ database, spec, proof: byLogin(engine) });
    return new LoginCredential({ spec, engine, traits, strategy });
  }
  const traits = engines[spec.engine];
  const strategy = masterPassword({ database, spec, proof: byApi });
  return new UnprovenCredential({ spec, engine: noEngine, traits, strategy });
}
