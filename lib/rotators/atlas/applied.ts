import { setTimeout } from "node:timers/promises";
import { DeadlineReached } from "../../context/deadline.ts";
import { accepts } from "../login/engine.ts";
import { address, type Login } from "../login/login.ts";
import { mongodb } from "../mongodb/mongodb.ts";
import { ChangePending } from "./errors.ts";

/** How a change is waited for: times in milliseconds. */
export interface Patience {
  /** Between two logins. */
  readonly pause: number;
  readonly looks: number;
}

/**
 * People have seen 10 to 20 s with one cluster (gravitational/teleport#33750), more with several
 * (hashicorp/vault-plugin-database-mongodbatlas#10). A function of 60 s must have time for the rest.
 */
export const patience: Patience = { pause: 2000, looks: 20 };

/** @throws DeadlineReached */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {
    throw new DeadlineReached();
  });
}

/**
 * Waits until the cluster has a password that Atlas was given. It is then the user's only one.
 * @throws ChangePending, and as `Engine.login`
 */
export async function untilApplied(
  login: Login,
  { pause, looks }: Patience,
  signal: AbortSignal,
): Promise<void> {
  for (let look = 0; look < looks; look += 1) {
    // At first nothing has changed: it would only be a refused login more.
    await sleep(pause, signal);
    if (await accepts(mongodb, login, signal)) return;
  }
  throw new ChangePending(address(login), login.username, (pause * looks) / 1000);
}
