import type { Notice } from "../login/notice.ts";

/** @param user e.g. `the ElastiCache user app` */
export const otherPasswordEnds = (user: string): Notice => ({
  code: "OTHER_PASSWORD_ENDS",
  what: `${user.replace(/^t/, "T")} has another password besides the one in use; a rotation ends it.`,
  remedy:
    "Until the last rotation is settled, this is the old password, and there is nothing to do. Otherwise, before it rotates, give whatever uses the other password the secret, or a user of its own.",
});
