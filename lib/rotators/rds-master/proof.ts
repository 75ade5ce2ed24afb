import { accepts, type Engine } from "../login/engine.ts";
import type { Login } from "../login/login.ts";

/** Whether a login works; `undefined` where Quarterturn cannot log in to the engine. */
export type Proof = (login: Login, signal: AbortSignal) => Promise<boolean | undefined>;

export const byLogin =
  (engine: Engine): Proof =>
  (login, signal) =>
    accepts(engine, login, signal);

export const byApi: Proof = async () => undefined;
