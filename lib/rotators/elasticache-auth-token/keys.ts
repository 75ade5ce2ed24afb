import { text } from "../../manifest/forms.ts";
import type { KeysOf } from "../../manifest/type.ts";
import { passwordKeys, type sharedKeys } from "../acl-users/keys.ts";

export const ownKeys = {
  replicationGroup: text("a replication group")
    .meta({ examples: ["main"] })
    .describe(
      "The id of the ElastiCache replication group that the AUTH token belongs to. Required.",
    ),
  ...passwordKeys,
};

export type AuthTokenKeys = KeysOf<typeof sharedKeys & typeof ownKeys>;
