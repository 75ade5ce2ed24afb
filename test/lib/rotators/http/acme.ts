import { parse, stringify } from "yaml";
import { presetIn } from "../../../../lib/rotators/http/read-preset.ts";
import type { Reply } from "../../../../lib/rotators/http/reply.ts";
import type { HttpSpec } from "../../../../lib/rotators/http/spec.ts";
import type { Outgoing } from "../../../../lib/rotators/http/transport.ts";
import type { Access } from "../../../../lib/rotators/key/provider.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

/** The preset of a provider that does not exist. */
export const acme = `
preset: acme
version: 1
title: Acme
description: An API key of Acme.
checked: { on: 2026-11-28, sources: [https://docs.example.com] }
kind: issue
params:
  team: { description: The team., pattern: "[a-z]+", required: true }
  label: { description: A label., pattern: ".*" }
hosts: { api: api.example.com }
auth:
  admin: { headers: { Authorization: "Bearer {admin.token}" } }
  key: { headers: { X-Key: "{key.secret}" } }
create:
  method: POST
  path: "/teams/{param.team}/keys"
  json: { name: "{name}", label: "{param.label}", count: 3 }
  ok: [201]
  result: { id: /key/id, secret: /key/value }
list: { path: "/teams/{param.team}/keys", items: /keys, id: /id, name: /name }
probe:
  path: /me
  rules:
    - { when: 200, is: alive }
    - { when: 403, is: restricted }
    - { when: { status: 401, pointer: /code, equals: bad_key }, is: dead }
  alive: { within: 60s, times: 2 }
  dead: { within: 10m, times: 3, every: 2s }
retire: { remove: { method: DELETE, path: "/keys/{old.id}", ok: [204] } }
limits: { perSecond: 50 }
manual: { console: https://example.com/keys }
`;

/** Acme's preset with other values at its top. */
export const acmeWith = (changes: object): string => stringify({ ...parse(acme), ...changes });

/** A key of Acme's, in a secret with the usual field. */
export function specOf(changes: object = {}, more: Partial<HttpSpec> = {}): HttpSpec {
  return {
    type: "http",
    strategy: "issue",
    traits: { oldWorksBeside: true, changesUsername: false, switches: false },
    preset: presetIn("acme.yml", Buffer.from(acmeWith(changes))),
    params: { team: "red" },
    hosts: { api: "api.example.com" },
    fields: { secret: "api_key", id: "api_key_id" },
    adopt: false,
    admin: { secret: "acme-admin", fields: {} },
    ...more,
  };
}

export const partsOf = (parts: Readonly<Record<string, string>>) =>
  new Map(Object.entries(parts).map(([part, text]) => [part, new Secret(text)]));

/** What an invocation has; its clock moves when it sleeps. */
export function accessWith(
  secrets: Readonly<Record<string, string>> = { "acme-admin": '{"token":"adm"}' },
) {
  const slept: number[] = [];
  const read: string[] = [];
  let now = Date.parse("2027-01-01T00:00:00Z");
  const access: Access = {
    now: () => new Date(now),
    async sleep(ms) {
      slept.push(ms);
      now += ms;
    },
    signal: new AbortController().signal,
    async readSecret(id) {
      read.push(id);
      const text = secrets[id];
      return text === undefined ? undefined : new Secret(text);
    },
    warn() {},
    leaked: false,
    current: partsOf({ secret: "cur", id: "k1" }),
  };
  return { access, slept, read };
}

export type Answer = Partial<Reply> | { readonly failed: string };

/** Answers each request with the next of these replies, and records it. */
export function answering(...replies: readonly (Partial<Reply> | { readonly failed: string })[]) {
  const sent: Outgoing[] = [];
  const left = [...replies];
  const transport = async (outgoing: Outgoing) => {
    sent.push(outgoing);
    const reply = left.shift();
    if (!reply) throw new Error(`no reply is left for ${outgoing.method} ${outgoing.path}`);
    return "failed" in reply ? reply : { status: 200, ...reply };
  };
  return { transport, sent };
}
