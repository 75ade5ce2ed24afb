import { Secret } from "../../secret/secret.ts";
import type { Access, Provider, ProviderTraits } from "../key/provider.ts";
import { askable } from "./askable.ts";
import { Conversation } from "./conversation.ts";
import { createKey, revealed } from "./create.ts";
import { holdsId, identifyKey } from "./identify.ts";
import { listKeys } from "./listing.ts";
import { placeholdersIn } from "./placeholders.ts";
import { factsOf, probeKey } from "./probe.ts";
import { endKey } from "./retire.ts";
import type { HttpSpec } from "./spec.ts";
import { httpsTransport, type Transport } from "./transport.ts";

/** The provider that a preset describes. */
export function httpProvider(given: HttpSpec, transport: Transport = httpsTransport()): Provider {
  const spec = askable(given);
  const { preset } = spec;
  const { create, reveal, list, identify, facts, retire } = preset;
  const { disable, remove } = retire;
  const pace = { last: Number.NEGATIVE_INFINITY, count: 0 };
  const talk = (at: Access) => new Conversation(spec, transport, pace, at);
  return {
    name: preset.title,
    scope: scopeOf(spec),
    traits: traitsOf(spec),
    ...(list && { list: (at) => listKeys(talk(at), list) }),
    ...(create &&
      (preset.kind === "roll"
        ? { roll: (at) => createKey(talk(at), create) }
        : { create: (name, at) => createKey(talk(at), create, name) })),
    ...(reveal && {
      reveal: ({ id }, at) => revealed(talk(at), new Map([["id", new Secret(id)]])),
    }),
    ...(identify && { identify: (key, at) => identifyKey(talk(at), key) }),
    probe: (key, at) => probeKey(talk(at), key),
    ...(facts && { facts: (key, at) => factsOf(talk(at), key) }),
    ...(disable && { disable: (id, at) => endKey(talk(at), disable, id, "disable keys") }),
    ...(remove && { remove: (id, at) => endKey(talk(at), remove, id, "delete keys") }),
  };
}

/** Keys of one list have the same administrator, host and parameters. */
function scopeOf({ preset, admin, hosts, params }: HttpSpec): string {
  const { list } = preset;
  const named = placeholdersIn([list?.path, list?.query]).flatMap(({ source, rest }) =>
    source === "param" ? [String(params[rest])] : [],
  );
  return [preset.preset, hosts[list?.host ?? "api"], admin?.secret ?? "", ...named].join(" ");
}

function traitsOf({ preset, traits, admin }: HttpSpec): ProviderTraits {
  const { name, limits, probe, quiet, retire, manual } = preset;
  return {
    nameLength: name?.max ?? 40,
    maxKeys: limits.maxKeys,
    alive: probe.alive,
    dead: probe.dead,
    lastUseLag: quiet?.lag,
    actsByKey: admin === undefined,
    idInKey: holdsId(preset),
    disabledFor: retire.disable?.for,
    endsOldAfter: traits.endsOldAfter,
    console: manual.console,
  };
}
