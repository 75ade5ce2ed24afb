import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import { holderOf } from "../secret/labels.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import type { ConsumerView } from "../settlement/consumer.ts";
import { consistencyMargin } from "../settlement/promotion.ts";
import { lookAt } from "../settlement/view.ts";
import { noteOf } from "./note.ts";
import type { EmergencyPorts } from "./ports.ts";
import type { Selected } from "./selection.ts";
import type { SecretFacts } from "./status-facts.ts";

/** A secret that is meant, as it was described. */
export interface Looked extends Selected {
  readonly secret: SecretState;
}

/** Absent: there was no reason to look. */
export type Viewed = ConsumerView | { readonly unread: string } | undefined;

/** One look for all of them, where consumers of one may be on their way. */
export async function viewFor(
  asked: readonly Looked[],
  { consumers }: EmergencyPorts,
  { now, signal }: Context,
): Promise<Viewed> {
  const promoted = asked.filter(({ secret }) => promotionOf(secret, now()) !== undefined);
  if (promoted.length === 0) return undefined;
  const scopes = promoted.map(({ entry }) => entry.consumers);
  return lookAt(consumers, scopes, signal).catch(unread);
}

/** When its emergency moved AWSCURRENT, as far as settlement has seen it yet. */
function promotionOf(secret: SecretState, now: Date): Date | undefined {
  const { token, at } = noteOf(secret) ?? {};
  const seen = sightingOf(secret.tags, now);
  const isPromoted = token !== undefined && token === holderOf(secret, "AWSCURRENT");
  return isPromoted && at && seen?.version === token && seen.at >= at
    ? new Date(seen.at.getTime() + consistencyMargin)
    : undefined;
}

/** As settlement looks at them. A parameter that mirrors the secret counts as written when AWSCURRENT moved. */
export async function consumersOf(
  { secret, entry }: Looked,
  view: Viewed,
  now: Date,
): Promise<SecretFacts["consumers"]> {
  const at = promotionOf(secret, now);
  if (!view || !at) return undefined;
  if ("unread" in view) return { consumers: [], blind: [], ...view };
  const { prefix, parameters = {} } = entry.mirror ?? {};
  const names = Object.values(parameters);
  const { arn, name } = secret;
  try {
    const promotion = { at, parameters: new Map(names.map((each) => [each, at])) };
    const found = await view.find({ arn, name, parameters: names }, promotion, entry.consumers);
    return { ...found, unread: prefix && `those that read parameters below ${prefix}` };
  } catch (thrown) {
    return { consumers: [], blind: [], ...unread(thrown) };
  }
}

const unread = (thrown: unknown) => ({ unread: asRotationError(thrown).message });
