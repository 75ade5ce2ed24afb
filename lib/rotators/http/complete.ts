import { defined } from "../../manifest/defined.ts";
import { durationText, milliseconds } from "../../manifest/duration.ts";
import type { CredentialTraits } from "../../manifest/type.ts";
import { adminOf } from "./admin-secret.ts";
import { fieldsOf } from "./fields.ts";
import { isHostName } from "./host-name.ts";
import type { HttpEntry } from "./keys.ts";
import { fillText, placeholdersIn, textOf } from "./placeholders.ts";
import type { Preset } from "./schema.ts";
import type { HttpSpec } from "./spec.ts";

/** The key that an entry of rotation.yml means. */
export function completeHttp(preset: Preset, entry: HttpEntry): HttpSpec {
  const params = paramsOf(preset, entry);
  const admin = adminOf(preset, entry);
  if (preset.kind === "roll" && entry.keys.strategy === undefined)
    entry.complain(
      [],
      `needs \`strategy: roll\`: ${preset.title} ends the old key in the call that makes the new one, so consumers are refused until they have it`,
    );
  const endsOldAfter = spanOf("oldEndsAfter", preset.grace, entry);
  return {
    type: "http",
    label: preset.preset,
    strategy: preset.kind,
    traits: {
      ...(preset.kind === "roll" ? rolled : issued),
      ...defined({
        endsOldAfter,
        expiresAfter: spanOf("expiresAfter", preset.expiry, entry),
      }),
      endingTime: endingTimeOf(preset) + (endsOldAfter ?? 0),
    },
    preset,
    params,
    hosts: hostsOf(preset, params, entry),
    fields: fieldsOf(preset, entry),
    adopt: entry.keys.adopt ?? false,
    ...(admin && { admin }),
  };
}

/** Until it was last used long enough ago, is deleted after it was disabled, and has been refused for long enough. */
const endingTimeOf = ({ quiet, retire, probe }: Preset): number =>
  (quiet?.lag ?? 0) + (retire.disable?.for ?? 0) + probe.dead.within;

const issued: CredentialTraits = { oldWorksBeside: true, changesUsername: false, switches: false };
const rolled: CredentialTraits = {
  oldWorksBeside: false,
  changesUsername: false,
  switches: true,
  rolls: true,
};

function paramsOf(preset: Preset, { keys, complain }: HttpEntry): HttpSpec["params"] {
  const given = new Map<string, unknown>(Object.entries(keys));
  const params: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(preset.params)) {
    const value = given.get(name) ?? param.default;
    if (value !== undefined) params[name] = value;
    else if (param.required) complain([], `needs ${name}: ${param.description}`);
  }
  return params;
}

/** A parameter may be one label of a host, or all of it where the preset says so. */
function hostsOf(
  preset: Preset,
  params: HttpSpec["params"],
  { complain }: HttpEntry,
): HttpSpec["hosts"] {
  const hosts: Record<string, string> = {};
  for (const [name, template] of Object.entries(preset.hosts)) {
    const host = fillText(template, (_, rest) => params[rest]);
    if (host === undefined) continue;
    hosts[name] = host;
    for (const { rest } of placeholdersIn(template)) {
      const param = preset.params[rest];
      const isWhole = param !== undefined && "type" in param && param.type === "host";
      const isLabel =
        /^[a-z0-9-]+$/.test(textOf(params[rest]) ?? "") || (param !== undefined && "enum" in param);
      if (!isWhole && !isLabel)
        complain([rest], "must be one label of a host name: letters, digits and hyphens");
    }
    if (!isHostName(host))
      complain([], `${JSON.stringify(host)} is not a host name: correct what it is made of`);
  }
  return hosts;
}

/** In milliseconds. */
function spanOf(
  key: "oldEndsAfter" | "expiresAfter",
  allowed: { readonly default?: number | undefined; readonly max?: number | undefined } | undefined,
  { keys: { [key]: given }, complain }: HttpEntry,
): number | undefined {
  const ms = given === undefined ? allowed?.default : milliseconds(given);
  if (ms !== undefined && allowed?.max !== undefined && ms > allowed.max)
    complain(
      [key],
      `is longer than ${durationText(allowed.max)}, which is the most that the provider allows`,
    );
  return ms;
}
