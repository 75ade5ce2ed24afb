import { accepts } from "../login/engine.ts";
import type { Login } from "../login/login.ts";
import type { Retired, Strategy } from "../login/strategy.ts";
import { twoPasswords } from "../login/two-passwords.ts";
import { ChangeUnderWay } from "./errors.ts";

/** Between two logins with one password, in milliseconds, and how often: nodes may lag behind the API. */
const [lookPause, looks] = [1000, 15];

/** Looks until a login is accepted, or is refused, or the nodes have had time enough. */
async function becomes(
  accepted: boolean,
  login: Login,
  { engine, signal, sleep }: Retired,
): Promise<void> {
  for (let look = 1; look < looks; look += 1) {
    if ((await accepts(engine, login, signal)) === accepted) return;
    await sleep(lookPause);
  }
}

/** `two-passwords` where the service says that a change is over before every node has made it. */
export const aclPasswords: Strategy = {
  ...twoPasswords,

  async retire(retired) {
    const { old, next } = retired;
    // A rotation that is under way has perhaps added its own.
    if (next) await becomes(true, next, retired);
    try {
      await twoPasswords.retire(retired);
    } catch (error) {
      if (!(error instanceof ChangeUnderWay)) throw error;
      return { waiting: error.happened, refused: false };
    }
    // The caller proves it once more, and says so where it is still accepted.
    await becomes(false, old, retired);
    return undefined;
  },

  /** The API ends no session (docs/types/elasticache.md, Sessions). */
  async endSessions() {
    return 0;
  },
};
