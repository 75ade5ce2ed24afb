import type { Claim, CredentialEntry } from "../../manifest/type.ts";
import type { CheckedType } from "../../validation/checks.ts";
import { type LoginRotator, loginChecks } from "./checks.ts";
import { completeLogin } from "./complete.ts";
import { type LoginKeys, ownKeys, sharedKeys } from "./keys.ts";
import type { LoginSpec } from "./login.ts";
import { lookUpGrants } from "./managed-master.ts";
import type { EngineStrategies } from "./traits.ts";

/**
 * The logins of an engine, for the manifest, deployments and validation.
 * @param description for editors
 * @param rotator loads the engine's rotator, and its driver
 * @param strategies those that the engine has
 */
export const loginType = (
  description: string,
  rotator: () => Promise<LoginRotator>,
  strategies: EngineStrategies,
) =>
  ({
    description,
    example: { strategy: "in-place" },
    place: "network",
    ownKeys,
    sharedKeys,
    complete: (entry: CredentialEntry<LoginKeys>) => completeLogin(entry, strategies),
    writes: (spec: LoginSpec) => [...claims(spec)],
    sameAs: (spec: LoginSpec, other: LoginSpec, name: string) =>
      origin(spec) === origin(other)
        ? `gets host and user from the same place as ${name}, so both are the same login: make them one credential, or name under fields or connection what differs`
        : undefined,
    grants: (spec: LoginSpec) => lookUpGrants(spec),
    reads: ({ admin }: LoginSpec) => (admin ? [admin] : []),
    checks: async (other?: object) => loginChecks(await rotator(), other),
  }) satisfies CheckedType;

function* claims({ traits, fields, urls, copies, isInUrlAlone }: LoginSpec): Generator<Claim> {
  for (const [index, field] of urls.entries()) yield { role: ["urls", index], field };
  for (const [index, field] of (copies ?? []).entries()) yield { role: ["copies", index], field };
  if (isInUrlAlone) return;
  const claim = (role: "password" | "username") => ({
    role: ["fields", role],
    field: fields[role] ?? role,
    // With a URL it may have no field of its own.
    isPossible: urls.length > 0 && fields[role] === undefined,
  });
  yield claim("password");
  if (traits.changesUsername) yield claim("username");
}

/** Where host, port and user come from. */
function origin({ fields, connection, urls }: LoginSpec): string {
  const roles = ["host", "port", "username"] as const;
  return JSON.stringify(roles.map((role) => fields[role] ?? connection[role] ?? urls[0]));
}
