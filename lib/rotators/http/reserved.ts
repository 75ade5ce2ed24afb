import { secretKeys } from "../../manifest/keys.ts";
import { ownKeys } from "./keys.ts";

/** Names that no parameter may have: they stand beside it in rotation.yml. */
export const reservedKeys: readonly string[] = [...Object.keys(secretKeys), ...ownKeys];
