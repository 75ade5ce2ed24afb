import { idOf } from "../key/key.ts";
import type { KeyParts } from "../key/provider.ts";
import { fitsOne } from "./condition.ts";
import type { Conversation } from "./conversation.ts";
import { idIn } from "./key-id.ts";
import { readList } from "./listing.ts";
import { textOf } from "./placeholders.ts";
import { atFirst, type Pointers } from "./pointer.ts";
import type { Preset } from "./schema.ts";

/** How to find the id of a key of which only the value is known. @returns `undefined` when the provider does not know it */
export async function identifyKey(talk: Conversation, key: KeyParts): Promise<string | undefined> {
  const { identify } = talk.spec.preset;
  if (!identify) return undefined;
  if ("pattern" in identify)
    return new RegExp(identify.pattern).exec(key.get("secret")?.reveal() ?? "")?.[1];
  if ("hint" in identify) return hintedId(talk, identify.hint, key);
  const reply = await talk.send(identify, { key });
  if (fitsOne(reply, identify.unknown ?? [])) return undefined;
  if (!fitsOne(reply, identify.ok)) throw talk.failed(identify, reply, "identify a key");
  return idIn(reply.json, identify.id);
}

/** Two keys may share a hint, and then nobody knows which is which. */
async function hintedId(
  talk: Conversation,
  hint: Pointers,
  key: KeyParts,
): Promise<string | undefined> {
  const { list } = talk.spec.preset;
  const secret = key.get("secret")?.reveal();
  if (!list || secret === undefined) return undefined;
  const fitting = (await readList(talk, list)).filter(({ item }) =>
    isHintOf(textOf(atFirst(item, hint)) ?? "", secret),
  );
  return fitting.length === 1 ? fitting[0]?.entry.id : undefined;
}

/** Fewer characters could be anybody's. */
const shortestHint = 12;

function isHintOf(hint: string, secret: string): boolean {
  const [, first = "", last = ""] = /^([\w-]*)(?:\.{3,}|…|\*{3,})([\w-]*)$/.exec(hint) ?? [];
  const length = first.length + last.length;
  if (length < shortestHint || length >= secret.length) return false;
  return secret.startsWith(first) && secret.endsWith(last);
}

/** Whether a key holds its id. */
export const holdsId = ({ identify }: Preset): boolean =>
  identify !== undefined && "pattern" in identify;

/** As the key itself says, or the provider. */
export const keyId = async (talk: Conversation, key: KeyParts): Promise<string | undefined> =>
  idOf(key) ?? (await identifyKey(talk, key));
