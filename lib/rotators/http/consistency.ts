import { kindProblems } from "./kind-problems.ts";
import { checkPatterns } from "./pattern-problems.ts";
import { type Placed, requestsOf } from "./requests.ts";
import { reservedKeys } from "./reserved.ts";
import type { Preset } from "./schema.ts";
import { type Complain, checkHost, checkTemplates } from "./template-problems.ts";

/** What a preset says in one place and contradicts in another. */
export function checkPreset(preset: Preset, complain: Complain): void {
  for (const [path, problem] of kindProblems(preset)) complain(path, problem);
  const { auth, hosts } = preset;
  for (const [name, host] of Object.entries(hosts))
    checkTemplates(preset, ["hosts", name], [host], [], true, complain);
  for (const side of ["admin", "key"] as const) {
    const { [side]: own } = auth;
    if (!own) continue;
    for (const host of own.hosts) checkHost(preset, ["auth", side, "hosts"], host, complain);
    if ("exchange" in own)
      checkHost(preset, ["auth", side, "token", "host"], own.token.host, complain);
    const { hosts: _, ...templates } = own;
    checkTemplates(preset, ["auth", side], templates, [side], true, complain);
  }
  for (const name of Object.keys(preset.params))
    if (reservedKeys.includes(name))
      complain(["params", name], "is a key of rotation.yml that means something else: rename it");
  for (const placed of requestsOf(preset)) checkRequest(preset, placed, complain);
  checkPatterns(preset, [], complain);
}

function checkRequest(
  preset: Preset,
  { path, question, sources, more = [] }: Placed,
  complain: Complain,
): void {
  const { auth } = preset;
  const { host, path: own, headers, query, json, form, multipart } = question;
  const side = question.as === "admin" && !auth.admin ? "key" : question.as;
  checkHost(preset, [...path, "host"], host, complain);
  if (auth[side] && !auth[side].hosts.includes(host))
    complain(
      [...path, "host"],
      `${host} is not among auth.${side}.hosts, and these headers go nowhere else: add it there, or ask another host`,
    );
  checkTemplates(preset, [...path, "path"], own, sources, true, complain);
  checkTemplates(preset, [...path, "headers"], headers, sources, true, complain);
  const bodies = [json, form, multipart].filter((each) => each !== undefined);
  if (bodies.length > 1) complain(path, "has several bodies: keep one of json, form and multipart");
  checkTemplates(preset, path, [query, bodies], sources, false, complain);
  for (const [where, template] of more)
    checkTemplates(preset, where, template, sources, true, complain);
}
