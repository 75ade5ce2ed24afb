import { text } from "../../manifest/forms.ts";
import type { KeysOf } from "../../manifest/type.ts";
import { ownKeys as loginKeys, sharedKeys as loginSharedKeys } from "../login/keys.ts";

const { fields, urls, otherHosts, copies, connection, plain, password } = loginKeys;

/** Of every password that an API of AWS changes. */
export const passwordKeys = { fields, urls, otherHosts, copies, connection, plain, password };

/** Of both services, but for what the key `user` means in each. */
export const ownKeys = (user: string) => ({
  user: text("a user")
    .meta({ examples: ["app"] })
    .describe(user),
  ...passwordKeys,
});

const { strategy, ca } = loginSharedKeys;

export const sharedKeys = { strategy, ca };

export type AclUserKeys = KeysOf<typeof sharedKeys & ReturnType<typeof ownKeys>>;
