import { UnknownType } from "../../rotation/errors.ts";
import { LoginCredential } from "../login/credential.ts";
import type { Engine, EngineTraits } from "../login/engine.ts";
import type { AclUser } from "./acl-user.ts";
import { aclEngine } from "./engine.ts";
import type { AclUserSpec } from "./spec.ts";
import { aclPasswords } from "./strategy.ts";

/** The rotator of the server's own logins, as far as its users are logged in with it. */
export interface AclServer {
  readonly engine: Engine;
  readonly traits: EngineTraits;
}

/** @param userOf the user through the API of its service */
export const aclRotator = (userOf: (spec: AclUserSpec) => AclUser) => ({
  credential(spec: AclUserSpec, server?: AclServer): LoginCredential {
    if (!server) throw new UnknownType(`${spec.type} without a server to log in to`);
    const { engine, traits } = server;
    const parts = { spec, traits, strategy: aclPasswords };
    return new LoginCredential({ ...parts, engine: aclEngine(engine, userOf(spec)) });
  },
});
