import type { KeyParts } from "../key/provider.ts";
import { idValue } from "./key-id.ts";
import type { Values } from "./placeholders.ts";
import { at } from "./pointer.ts";
import type { HttpSpec } from "./spec.ts";

/** What the placeholders of one call stand for, beside parameters and times. */
export interface Call {
  /** Of the key that is created. */
  readonly name?: string | undefined;
  /** The key that is used. */
  readonly key?: KeyParts | undefined;
  /** The id of the key that is looked at, copied, disabled or deleted. */
  readonly old?: string | undefined;
  /** The id of the key that was created. */
  readonly created?: string | undefined;
  /** By the names in `copy.keep`. */
  readonly copied?: Readonly<Record<string, unknown>> | undefined;
  /** What create answered. */
  readonly reply?: unknown;
  /** Whether nothing of the old key may stay. */
  readonly leaked?: boolean | undefined;
  readonly now: Date;
}

export function valuesOf(
  { params, traits: { endsOldAfter, expiresAfter } }: HttpSpec,
  { name, key, old, created, copied, reply, leaked, now }: Call,
): Values {
  const sources: Readonly<Record<string, (rest: string) => unknown>> = {
    name: () => name,
    param: (rest) => params[rest],
    key: (rest) => key?.get(rest),
    old: (rest) => idValue(old, rest),
    new: (rest) => idValue(created, rest),
    copied: (rest) => copied?.[rest],
    reply: (rest) => at(reply, rest),
    grace: (unit) => spanIn(unit, leaked ? 0 : endsOldAfter),
    expires: (form) => expiryAs(form, expiresAfter, now),
  };
  return (source, rest) => (Object.hasOwn(sources, source) ? sources[source]?.(rest) : undefined);
}

const units: Readonly<Record<string, number>> = { hours: 3600e3, minutes: 60e3, seconds: 1e3 };

function spanIn(unit: string, ms: number | undefined): number | undefined {
  const length = units[unit];
  return ms === undefined || length === undefined ? undefined : Math.ceil(ms / length);
}

/** The end of a key that lives for `ms` from now. */
function expiryAs(form: string, ms: number | undefined, now: Date): unknown {
  if (ms === undefined) return undefined;
  const end = now.getTime() + ms;
  const iso = new Date(Math.floor(end / 1e3) * 1e3).toISOString().replace(".000", "");
  const forms: Readonly<Record<string, unknown>> = {
    iso,
    date: iso.slice(0, 10),
    unix: Math.floor(end / 1e3),
    ms: end,
    seconds: Math.floor(ms / 1e3),
    hours: Math.floor(ms / 3600e3),
    days: Math.floor(ms / 86_400e3),
  };
  return forms[form];
}
