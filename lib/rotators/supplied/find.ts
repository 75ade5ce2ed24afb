import type { Manifest, SecretEntry } from "../../manifest/manifest.ts";
import { secretNameOf } from "../../secret/arn.ts";
import { whole } from "../../secret/field.ts";
import { SupplyRefused } from "./errors.ts";
import { isSuppliedSpec, type SuppliedSpec } from "./value.ts";

/** A credential that a person is about to hand over. */
export interface Wanted {
  /** As the manifest names the secret: its name or ARN. */
  readonly secretId: string;
  readonly entry: SecretEntry;
  readonly spec: SuppliedSpec;
}

/**
 * The credential that a person means. What was typed is not repeated: it may be the key itself.
 * @param field absent: the only one
 * @throws SupplyRefused
 */
export function wantedIn(
  { secrets, stage }: Manifest,
  typed: { readonly secret: string; readonly field?: string | undefined },
): Wanted {
  const all = Object.entries(secrets).flatMap(([secretId, entry]) => {
    const specs = entry.credentials.filter(isSuppliedSpec);
    return specs.length > 0 ? [{ secretId, entry, specs }] : [];
  });
  const isMeant = (secretId: string) =>
    secretId === typed.secret || secretNameOf(secretId) === typed.secret;
  const found = all.find(({ secretId }) => isMeant(secretId));
  if (!found)
    throw notHere(
      stage,
      all.map(({ secretId }) => secretId),
      Object.keys(secrets).find(isMeant),
    );
  const { secretId, entry, specs } = found;
  const fits = specs.filter(
    ({ supply }) => typed.field === undefined || supply.field === typed.field,
  );
  const [spec] = fits;
  if (spec && fits.length === 1) return { secretId, entry, spec };
  const fields = specs.map(({ supply }) => supply.field);
  throw new SupplyRefused(
    `${secretId} has ${specs.length === 1 ? "one key" : `${specs.length} keys`} that people make, and --field does not name one of them.`,
    fields.includes(whole)
      ? "It is the whole secret: leave --field out."
      : `Use ${fields.map((field) => `--field ${field}`).join(" or ")}.`,
  );
}

/** @param rotating the secret that was meant, if it is one whose credentials nobody has to make */
function notHere(stage: string, supplied: readonly string[], rotating?: string): SupplyRefused {
  if (rotating !== undefined)
    return new SupplyRefused(
      `${rotating} has no key that people make: Quarterturn makes its new ones itself.`,
      `To do that now: aws secretsmanager rotate-secret --secret-id ${rotating}`,
    );
  return new SupplyRefused(
    `rotation.yml has no such secret with a key that people make in stage ${stage}.`,
    supplied.length > 0
      ? `It has: ${supplied.join(", ")}. Or name another stage with --stage.`
      : "Name another stage with --stage, or see docs/api-keys.md for what rotation.yml needs.",
  );
}
