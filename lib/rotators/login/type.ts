import type { Claim } from "../../manifest/type.ts";
import type { CheckedType } from "../../validation/checks.ts";
import { type LoginRotator, loginChecks } from "./checks.ts";
import { completeLogin } from "./complete.ts";
import { ownKeys, sharedKeys } from "./keys.ts";
import type { LoginSpec } from "./login.ts";

/**
 * The logins of an engine, for the manifest, deployments and validation.
 * @param description for editors
 * @param rotator loads the engine's rotator, and its driver
 */
export const loginType = (description: string, rotator: () => Promise<LoginRotator>) =>
  ({
    description,
    example: { strategy: "in-place" },
    place: "network",
    ownKeys,
    sharedKeys,
    complete: completeLogin,
    writes: (spec: LoginSpec) => [...claims(spec)],
    sameAs: (spec: LoginSpec, other: LoginSpec, name: string) =>
      origin(spec) === origin(other)
        ? `takes host and user from the same place as ${name}, so both are the same login: make them one credential, or name under fields or connection what differs`
        : undefined,
    reads: ({ admin }: LoginSpec) => (admin ? [admin] : []),
    checks: async () => loginChecks(await rotator()),
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
