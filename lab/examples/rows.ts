import type { SecretEntry } from "../../lib/manifest/manifest.ts";
import { isHttpSpec } from "../../lib/rotators/http/spec.ts";
import { typeOf } from "../../lib/types.ts";
import { entryOf } from "./entry.ts";
import type { Example } from "./example.ts";
import { isAnswered, type Shown } from "./run.ts";

/** One credential of a system. What does not apply to a generated value is null. */
export interface Row {
  readonly system: string;
  readonly secret: string;
  /** The field that holds it. */
  readonly credential: string;
  readonly type: string;
  readonly strategy: string | null;
  readonly fieldsChanged: number | null;
  /** Of the whole secret. */
  readonly fields: number | null;
  /** Logins or calls with it. */
  readonly failed: number | null;
  readonly consumersRolled: number | null;
  readonly seconds: number | null;
  readonly status: "ok" | "failed";
}

/** @param shown the result of the rotations; undefined if they could not start */
export function rowsOf(example: Example, shown: Shown | undefined): readonly Row[] {
  const { title: system, secret: usual, rotates } = example;
  return rotates.map((rotating): Row => {
    const { secret = usual, fields } = rotating;
    const [credential] = fields;
    const entry = entryOf(example, secret);
    const made = entry && madeOf(entry, credential);
    const result = shown?.replaced.get(rotating);
    return {
      system,
      secret,
      credential,
      ...(made ?? { type: "not in rotation.yml", strategy: null }),
      ...(made && rotating.on && { type: `${made.type} (${rotating.on})` }),
      fieldsChanged: result
        ? fields.filter((field) => result.changed.includes(field)).length
        : null,
      fields: result?.fields ?? null,
      failed: isAnswered(rotating) ? (result?.failed ?? null) : null,
      consumersRolled: result?.rolled ?? null,
      seconds: result?.seconds ?? null,
      status: made && result && shown?.problems.length === 0 ? "ok" : "failed",
    };
  });
}

/** The manifest's credential that writes this field. */
function madeOf({ credentials }: SecretEntry, field: string) {
  const made = credentials.find((spec) =>
    typeOf(spec)
      ?.writes(spec)
      .some((claim) => claim.field === field),
  );
  if (!made) return undefined;
  return { type: isHttpSpec(made) ? made.preset.preset : made.type, strategy: made.strategy };
}
