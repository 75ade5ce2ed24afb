import { aclPasswords } from "../acl-users/strategy.ts";
import { accepts } from "../login/engine.ts";
import type { Strategy } from "../login/strategy.ts";

export const authTokens: Strategy = {
  ...aclPasswords,

  /** Nothing but a login shows that SET was made, and SET takes minutes each time that it is asked for. */
  async retire(retired) {
    const { engine, current, old, signal } = retired;
    const isOver =
      !(await accepts(engine, old, signal)) && (await accepts(engine, current, signal));
    return isOver ? undefined : await aclPasswords.retire(retired);
  },
};
