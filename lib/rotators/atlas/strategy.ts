import { alternatingUsers } from "../login/alternating-users.ts";
import { accepts } from "../login/engine.ts";
import type { Strategy } from "../login/strategy.ts";

export const atlasUsers: Strategy = {
  ...alternatingUsers,

  /** What an earlier attempt has ended is not ended again: each change is one more that Atlas has to apply. */
  async retire(retired) {
    const { engine, old, signal } = retired;
    if (await accepts(engine, old, signal)) await alternatingUsers.retire(retired);
  },
};
