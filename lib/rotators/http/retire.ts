import { Secret } from "../../secret/secret.ts";
import { fitsOne, type When } from "./condition.ts";
import type { Conversation, Request } from "./conversation.ts";
import { copiedFrom } from "./copy.ts";
import { placeholdersIn } from "./placeholders.ts";
import { valuesOf } from "./values.ts";

type Stage = Request & { readonly gone: readonly When[] };

/** Disables or deletes a key. One that does not exist is at its end. @throws as the port */
export async function endKey(
  talk: Conversation,
  stage: Stage,
  id: string,
  what: string,
): Promise<void> {
  const copied = copies(stage)
    ? await copiedFrom(talk, new Map([["id", new Secret(id)]]))
    : undefined;
  if (copied === "gone") return;
  const details = { old: id, copied };
  const reply = await talk.send(stage, details);
  const values = valuesOf(talk.spec, { ...details, now: talk.at.now() });
  if (fitsOne(reply, [...stage.ok, ...stage.gone], values)) return;
  throw talk.failed(stage, reply, what);
}

const copies = ({ path, query, json, form, multipart }: Stage): boolean =>
  placeholdersIn([path, query, json, form, multipart]).some(({ source }) => source === "copied");
