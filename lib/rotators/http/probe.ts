import type { KeyFacts, KeyParts, Outcome } from "../key/provider.ts";
import { fits } from "./condition.ts";
import type { Conversation } from "./conversation.ts";
import { keyId } from "./identify.ts";
import { atFirst } from "./pointer.ts";
import { waitOf } from "./reply.ts";
import { valuesOf } from "./values.ts";

/** What one use of a key shows. What no rule fits is unknown: never dead. */
export async function probeKey(talk: Conversation, key: KeyParts): Promise<Outcome> {
  const { probe } = talk.spec.preset;
  const details = { key, old: await idFor(talk, key) };
  const reply = await talk.ask(probe, details);
  const asked = `${probe.method} ${probe.path}`;
  if ("failed" in reply) return { is: "unknown", why: `${asked}: ${reply.failed}` };
  if (reply.status === 429) return { is: "wait", ms: waitOf(reply, talk.at.now()) };
  const values = valuesOf(talk.spec, { ...details, now: talk.at.now() });
  const rule = probe.rules.find(({ when }) => fits(reply, when, values));
  const is = rule?.is ?? "unknown";
  if (is === "wait") return { is, ms: waitOf(reply, talk.at.now()) };
  const form = reply.text === undefined ? "" : ", and not in JSON";
  return is === "unknown" ? { is, why: `${asked} answered HTTP ${reply.status}${form}` } : { is };
}

/** Only a preset whose probe asks by the id needs it. */
async function idFor(talk: Conversation, key: KeyParts): Promise<string | undefined> {
  return talk.spec.preset.probe.as === "admin" ? keyId(talk, key) : undefined;
}

/** Whose a key is, and what it may do. */
export async function factsOf(talk: Conversation, key: KeyParts): Promise<KeyFacts> {
  const { facts } = talk.spec.preset;
  if (!facts) return {};
  const old = facts.as === "admin" ? await keyId(talk, key) : undefined;
  const { json } = await talk.succeed(facts, { key, old }, "read a key");
  return {
    account: facts.account && comparable(atFirst(json, facts.account)),
    rights: facts.rights && comparable(atFirst(json, facts.rights)),
  };
}

/** The same text for the same rights, in whatever order they are listed. */
function comparable(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value))
    return value
      .map((each) => comparable(each) ?? "")
      .toSorted()
      .join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
