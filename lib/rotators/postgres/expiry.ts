import type { Notice } from "../login/notice.ts";
import { quoteName } from "./statements.ts";

/** SQL for a role's VALID UNTIL, for messages; `null`: its password never expires. After `safePath`. */
export const validUntil = (role: string): string => `
  CASE WHEN isfinite(${role}.rolvaliduntil)
       THEN to_char(${role}.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') END`;

export const neverExpire = (name: string): string =>
  `ALTER ROLE ${quoteName(name)} VALID UNTIL 'infinity'`;

/** @param rotation what a rotation does about it, as a sentence */
export const passwordExpires = (name: string, until: string, rotation: string): Notice => ({
  code: "PASSWORD_EXPIRES",
  what: `The password of user ${name} expires at ${until} (VALID UNTIL). ${rotation}`,
  remedy: `If it passes before the next rotation, run: ${neverExpire(name)};`,
});
