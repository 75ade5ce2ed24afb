import type { Notice } from "../login/notice.ts";

export const otherPasswordEnds = (address: string, username: string): Notice => ({
  code: "OTHER_PASSWORD_ENDS",
  what: `User ${username} on ${address} has other passwords besides the one in use; a rotation ends them.`,
  remedy:
    "Until the last rotation is settled, this is the old password, and there is nothing to do. Otherwise, before it rotates, give whatever uses the others the secret, or a user of its own.",
});
