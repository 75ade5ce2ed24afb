import { UnknownType } from "../../rotation/errors.ts";
import { LoginCredential } from "../login/credential.ts";
import type { Engine } from "../login/engine.ts";

const noLogin = (): never => {
  throw new UnknownType("a login to an engine");
};

/** An engine that nobody logs in to here. */
export const noEngine: Engine = { login: async () => noLogin(), approach: noLogin };

/** A master user of an engine that Quarterturn has no client of. */
export class UnprovenCredential extends LoginCredential {
  override async works(): Promise<undefined> {}
}
