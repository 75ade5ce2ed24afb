import { UnknownType } from "../../rotation/errors.ts";
import { LoginCredential } from "../login/credential.ts";
import type { Engine, EngineTraits } from "../login/engine.ts";
import type { LoginSpec } from "../login/login.ts";
import type { AclUser } from "./acl-user.ts";
import { AclUserChanges } from "./changes.ts";
import { aclEngine, type ChangesOn } from "./engine.ts";
import type { AclUserSpec } from "./spec.ts";
import { aclPasswords } from "./strategy.ts";

/** The rotator of the server's own logins, as far as its users are logged in with it. */
export interface AclServer {
  readonly engine: Engine;
  readonly traits: EngineTraits;
}

/** @param changesOf by the API of the service */
export const changedByApi = <Spec extends LoginSpec>(
  changesOf: (spec: Spec) => ChangesOn,
  strategy = aclPasswords,
) => ({
  credential(spec: Spec, server?: AclServer): LoginCredential {
    if (!server) throw new UnknownType(`${spec.type} without a server to log in to`);
    const { engine, traits } = server;
    const parts = { spec, traits, strategy };
    return new LoginCredential({ ...parts, engine: aclEngine(engine, changesOf(spec)) });
  },
});

/** @param userOf the user through the API of its service */
export const aclRotator = (userOf: (spec: AclUserSpec) => AclUser) =>
  changedByApi((spec: AclUserSpec) => changesOf(userOf(spec)));

export const changesOf =
  (user: AclUser): ChangesOn =>
  (server, pause) =>
    new AclUserChanges(user, server, pause);
