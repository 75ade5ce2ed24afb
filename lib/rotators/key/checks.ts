import type { RotationError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import type { Ask } from "../../validation/ask.ts";
import type { CheckedSecret, CredentialChecks } from "../../validation/checks.ts";
import { keyFacts } from "./findings.ts";
import { fieldsIn, idOf, type KeySpec, keyIn, withKey } from "./key.ts";
import type { KeyFindings } from "./known-key.ts";
import { namePrefix } from "./name.ts";
import type { Access, KeyParts, Provider } from "./provider.ts";

/** What validation needs of a type whose keys a provider issues. */
export interface KeyRotator {
  provider(spec: KeySpec): Provider;
  /** The secret of the administrator, and the KMS key that the manifest has for it. */
  admin?(
    spec: KeySpec,
  ): { readonly secret: string; readonly kmsKey?: string | undefined } | undefined;
  /** The keys end when a person leaves. */
  isUserBound?(spec: KeySpec): boolean;
  /** When what is known of the provider was last compared with its documentation: a calendar day; absent: it is in code. */
  checkedOn?(spec: KeySpec): string;
  /** What of AWS the caller must be allowed where no administrator's credential manages the keys, e.g. `iam:ListAccessKeys`. */
  allow?(spec: KeySpec): string;
  /** What a rotation would end with, as far as the key itself shows. Pure. */
  problems?(spec: KeySpec, key: KeyParts): readonly RotationError[];
}

/** Uses the key and lists all of them, and changes nothing. */
export const keyChecks = (rotator: KeyRotator) =>
  ({
    replaced(spec: KeySpec, current, into) {
      const value = keyIn(current, spec).get("secret") ?? new Secret("");
      const parts = Object.keys(spec.fields).map((part) => [part, new Secret("replaced")] as const);
      const name = `the key in ${fieldsIn(current, spec)["secret"] || "the secret"}`;
      return { name, value, document: withKey(into, spec, new Map(parts)) };
    },
    async check(spec: KeySpec, secret, ask) {
      const facts = await gather(rotator, spec, secret, ask);
      return keyFacts(secret.name, { spec, ...facts });
    },
  }) satisfies CredentialChecks;

async function gather(
  rotator: KeyRotator,
  spec: KeySpec,
  { name, current, read, describe }: CheckedSecret,
  ask: Ask,
): Promise<Omit<KeyFindings, "spec">> {
  const provider = rotator.provider(spec);
  const admin = rotator.admin?.(spec);
  const own = await ask(async () => keyIn(current, spec));
  const fields = fieldsIn(current, spec);
  const state = await describe(name);
  const owner = "known" in state &&
    state.known && { secret: state.known, field: spec.fields["secret"] ?? "" };
  const always = {
    provider,
    fields,
    isUserBound: rotator.isUserBound?.(spec) ?? false,
    checkedOn: rotator.checkedOn?.(spec),
    now: new Date(),
    allow: rotator.allow?.(spec),
    prefix: owner ? namePrefix(owner) : undefined,
  };
  if ("unknown" in own) return { ...always, key: own };
  const key = own.known;
  const access = (signal: AbortSignal): Access => ({
    now: () => new Date(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    signal,
    readSecret: read,
    warn: () => {},
    leaked: false,
    current: key,
  });
  const id = await ask(async (signal) => idOf(key) ?? provider.identify?.(key, access(signal)));
  const outcome = await ask((signal) => provider.probe(key, access(signal)));
  return {
    ...always,
    key: { known: { id, isIdStored: idOf(key) !== undefined } },
    problems: rotator.problems?.(spec, key),
    outcome,
    entries:
      provider.list && (await ask(async (signal) => (await provider.list?.(access(signal))) ?? [])),
    facts:
      provider.facts &&
      (await ask(async (signal) => (await provider.facts?.(key, access(signal))) ?? {})),
    admin: admin && { ...admin, state: await describe(admin.secret) },
  };
}
