import type { KeyParts } from "../key/provider.ts";
import { fitsOne } from "./condition.ts";
import type { Conversation, Details } from "./conversation.ts";
import { keyId } from "./identify.ts";
import { fill } from "./placeholders.ts";
import { atFirst } from "./pointer.ts";
import { valuesOf } from "./values.ts";

type Copied = Details["copied"];

/**
 * What another request takes over from a key; `undefined` where the preset copies nothing. `gone`: there is no such
 * key, and the manifest does not say what it may do either.
 */
export async function copiedFrom(talk: Conversation, key: KeyParts): Promise<Copied | "gone"> {
  const { copy } = talk.spec.preset;
  if (!copy) return undefined;
  const old = await keyId(talk, key);
  if (old === undefined) return said(talk);
  const reply = await talk.send(copy, { old, key });
  if (fitsOne(reply, copy.gone)) return said(talk);
  if (!fitsOne(reply, copy.ok)) throw talk.failed(copy, reply, "read a key");
  const kept = Object.entries(copy.keep);
  return Object.fromEntries(kept.map(([name, pointers]) => [name, atFirst(reply.json, pointers)]));
}

function said({ spec, at }: Conversation): Copied | "gone" {
  const { else: templates } = spec.preset.copy ?? {};
  const values = valuesOf(spec, { now: at.now() });
  const filled = Object.entries(templates ?? {}).map(
    ([name, each]) => [name, fill(each, values)] as const,
  );
  if (filled.length === 0 || filled.some(([, value]) => value === undefined)) return "gone";
  return Object.fromEntries(filled);
}
