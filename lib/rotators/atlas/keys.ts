import { text } from "../../manifest/forms.ts";
import type { KeysOf } from "../../manifest/type.ts";
import { ownKeys as loginKeys, sharedKeys } from "../login/keys.ts";

export { sharedKeys };

const { passwordForm: _, ...ofLogins } = loginKeys;

export const ownKeys = {
  project: text("a project")
    .meta({ examples: ["32b6e34b3d91647abb20e7b8"] })
    .describe("The id of the Atlas project: 24 hexadecimal digits. Required."),
  ...ofLogins,
};

export type AtlasKeys = KeysOf<typeof sharedKeys & typeof ownKeys>;
