import { accepts } from "../login/engine.ts";
import type { Strategy } from "../login/strategy.ts";
import { twoPasswords } from "../login/two-passwords.ts";

/** Between two logins with the old password, in milliseconds, and how often: nodes may lag behind the API. */
const [lookPause, looks] = [1000, 15];

/** `two-passwords` where the service says that a change is over before every node has made it. */
export const aclPasswords: Strategy = {
  ...twoPasswords,

  async retire(retired) {
    await twoPasswords.retire(retired);
    const { engine, old, signal, sleep } = retired;
    // The caller proves it once more, and says so where it is still accepted.
    for (let look = 1; look < looks; look += 1) {
      if (!(await accepts(engine, old, signal))) return;
      await sleep(lookPause);
    }
  },

  /** The API ends no session (docs/types/elasticache.md, Sessions). */
  async endSessions() {
    return 0;
  },
};
