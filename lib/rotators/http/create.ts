import { Secret } from "../../secret/secret.ts";
import { KeysFull } from "../key/errors.ts";
import { idOf } from "../key/key.ts";
import type { KeyEntry, KeyParts } from "../key/provider.ts";
import { shownEntries } from "../key/shown-id.ts";
import { fits, fitsOne } from "./condition.ts";
import type { Conversation, Request } from "./conversation.ts";
import { copiedFrom } from "./copy.ts";
import { KeyIncomplete } from "./errors.ts";
import { holdsId } from "./identify.ts";
import { theirName } from "./key-name.ts";
import { listKeys } from "./listing.ts";
import { fillText } from "./placeholders.ts";
import { at } from "./pointer.ts";
import type { Reply } from "./reply.ts";
import { joined, partsIn, type Result } from "./results.ts";
import type { Preset } from "./schema.ts";
import { valuesOf } from "./values.ts";

type Create = NonNullable<Preset["create"]>;

/** A new key, or another one in its place, with the rights of the one of AWSCURRENT. @throws as the port */
export async function createKey(
  talk: Conversation,
  create: Create,
  name?: string,
): Promise<KeyParts> {
  const current = talk.at.current;
  const copied = await copiedFrom(talk, current);
  if (copied === "gone") throw new KeyIncomplete(talk.spec.preset.title, "{old.id}");
  const details = { name: theirName(talk.spec.preset, name), copied, old: idOf(current) };
  const reply = await talk.send(create, details);
  const values = valuesOf(talk.spec, { ...details, now: talk.at.now() });
  if (create.exists && fits(reply, create.exists.when, values)) {
    const id = fillText(create.exists.id, values);
    if (id !== undefined) return revealed(talk, new Map([["id", new Secret(id)]]));
  }
  if (!fitsOne(reply, create.ok, values)) throw await refusal(talk, create, reply);
  const { operation } = talk.spec.preset;
  const made = operation
    ? await finished(talk, operation, reply)
    : wholeIn(talk, create, reply.json, create.result);
  return revealed(talk, made);
}

/** With the values that only a second call shows. */
export async function revealed(talk: Conversation, made: KeyParts): Promise<KeyParts> {
  const { reveal } = talk.spec.preset;
  if (!reveal || made.has("secret")) return made;
  const { json } = await talk.succeed(reveal, { created: idOf(made) }, "read a key");
  return joined(made, wholeIn(talk, reveal, json, reveal.result));
}

/** Every part that the reply must have. @throws ProviderUnavailable where one is missing */
function wholeIn(talk: Conversation, request: Request, reply: unknown, result: Result): KeyParts {
  const parts = partsIn(reply, result);
  const missing = Object.keys(result).find((part) => !parts.has(part));
  if (missing !== undefined) throw talk.unavailable(request, ` answered without the ${missing}`);
  return parts;
}

/** Waits for what create has only begun. */
async function finished(
  talk: Conversation,
  operation: NonNullable<Preset["operation"]>,
  { json }: Reply,
): Promise<KeyParts> {
  const end = talk.at.now().getTime() + operation.within;
  let state = json;
  while (at(state, operation.done) !== true) {
    if (talk.at.now().getTime() > end)
      throw talk.unavailable(operation, ` is not done after ${operation.within / 1e3} s`);
    await talk.at.sleep(operation.every);
    state = (await talk.succeed(operation, { reply: json }, "create keys")).json;
  }
  if (at(state, operation.error) !== undefined) throw talk.unavailable(operation, " failed");
  return wholeIn(talk, operation, state, operation.result);
}

/** Few providers publish how they refuse a key too many; some do it as they refuse an administrator without the right. */
async function refusal(talk: Conversation, create: Create, reply: Reply) {
  const { list, limits, title } = talk.spec.preset;
  const error = talk.failed(create, reply, "create keys");
  const isFull = fitsOne(reply, limits.full ?? []);
  if (!isFull && limits.maxKeys === undefined) return error;
  const entries: readonly KeyEntry[] = list ? await listKeys(talk, list) : [];
  const isAtLimit = limits.maxKeys !== undefined && entries.length >= limits.maxKeys;
  const shown = shownEntries({ idInKey: holdsId(talk.spec.preset) }, entries);
  return isFull || isAtLimit ? new KeysFull(title, shown, limits.maxKeys) : error;
}
