import type { Preset } from "./schema.ts";
import type { HttpSpec } from "./spec.ts";

/** What can be asked: without an administrator, only what a key says of itself. */
export function askable(spec: HttpSpec): HttpSpec {
  const { preset, admin } = spec;
  if (admin || !preset.auth.admin || preset.admin?.self) return spec;
  const { create: _, reveal: __, list, copy: ___, identify, facts, retire, ...rest } = preset;
  const { disable, remove } = retire;
  const own: Preset = {
    ...rest,
    ...(isOwn(list) && { list }),
    ...(identify &&
      ("pattern" in identify || ("path" in identify && isOwn(identify))) && { identify }),
    ...(isOwn(facts) && { facts }),
    retire: { ...(isOwn(disable) && { disable }), ...(isOwn(remove) && { remove }) },
  };
  return { ...spec, preset: own };
}

const isOwn = (request: { readonly as: "admin" | "key" } | undefined) => request?.as === "key";
