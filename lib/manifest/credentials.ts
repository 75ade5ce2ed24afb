import { type Completed, checkAlone, checkClaims, checkDistinct, plainOf } from "./claims.ts";
import { completedAt, isTypeKey } from "./credential.ts";
import { checkEnds } from "./ends.ts";
import { unknownKey } from "./explanation.ts";
import type { SecretEntry } from "./manifest.ts";
import type { NamedSecret, StageContext } from "./stage-context.ts";

/**
 * Those that are listed; else the one whose keys stand at the secret itself.
 * @param times when the secret rotates, and when it alerts
 */
export function credentialsOf(
  context: StageContext,
  secret: NamedSecret,
  times: Pick<SecretEntry, "deadline" | "schedule">,
): Pick<SecretEntry, "credentials" | "place" | "shape"> {
  const { path, keys, ownKeys, listed } = secret;
  if (keys.exempt && !listed && Object.keys(ownKeys).length === 0)
    return { credentials: [], place: "internet" };
  if (listed) ownKeysBeside(context, secret);
  const entries = listed?.map((raw, index) => ({ raw, path: [...path, "credentials", index] }));
  const all = (entries ?? [{ raw: ownKeys, path }]).map((each) =>
    completedAt(context, secret, each.path, each.raw),
  );
  const completed = all.filter((each) => each !== undefined);
  checkClaims(context.source, completed, { path, field: keys.rotatedAt });
  checkDistinct(context.source, completed);
  checkAlone(context.source, completed);
  checkEnds(context.source, completed, times);
  const plain = plainOf(completed);
  if (plain) besidePlain(context, secret, plain, all.length > 1);
  return {
    credentials: completed.map(({ spec }) => spec),
    place: completed.some(({ type }) => type.place === "network") ? "network" : "internet",
    ...(plain && { shape: "plain" as const }),
  };
}

function ownKeysBeside({ source, schema }: StageContext, { path, ownKeys }: NamedSecret): void {
  for (const key of Object.keys(ownKeys))
    source.complain(
      [...path, key],
      key === "type" || isTypeKey(schema, key)
        ? "cannot be used with credentials: move it into one of them, or remove credentials"
        : unknownKey(key, Object.keys(schema.secret.shape)),
    );
}

/** Plain text has room for one credential, and for nothing else. */
function besidePlain(
  { source }: StageContext,
  { path, keys }: NamedSecret,
  plain: Completed,
  hasOthers: boolean,
): void {
  if (hasOthers)
    source.complain(
      plain.path,
      "is the whole secret, beside other credentials: name its field, or make it the only credential",
    );
  for (const key of ["rotatedAt", "mirror"] as const)
    if (keys[key] !== undefined)
      source.complain(
        [...path, key],
        "needs a secret with fields, but this one is the credential itself: remove it",
      );
}
