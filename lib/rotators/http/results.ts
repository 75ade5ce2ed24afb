import { Secret } from "../../secret/secret.ts";
import type { KeyParts } from "../key/provider.ts";
import { idIn } from "./key-id.ts";
import type { Preset } from "./schema.ts";

export type Result = NonNullable<Preset["create"]>["result"];

/** The parts of a key that a reply has. */
export function partsIn(reply: unknown, result: Result): KeyParts {
  const parts = new Map<string, Secret<string>>();
  for (const [part, pointers] of Object.entries(result)) {
    const text = idIn(reply, pointers);
    if (text !== undefined && text !== "") parts.set(part, new Secret(text));
  }
  return parts;
}

export const joined = (...parts: readonly KeyParts[]): KeyParts =>
  new Map(parts.flatMap((each) => [...each]));
