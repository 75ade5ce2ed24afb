import type { SecretEntry } from "../../lib/manifest/manifest.ts";
import { isGenerated } from "../../lib/rotators/generated/value.ts";
import { isLogin } from "../../lib/rotators/login/login.ts";
import { entryOf } from "./entry.ts";
import type { Example } from "./example.ts";
import type { Shown } from "./run.ts";

/** One credential of a system. What does not apply to a generated value or a credential without a type is null. */
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
  readonly failedLogins: number | null;
  readonly consumersRolled: number | null;
  readonly seconds: number | null;
  readonly status: "ok" | "failed" | "not yet";
}

/** @param shown the result of the rotation; undefined if it could not start */
export function rowsOf(example: Example, shown: Shown | undefined): readonly Row[] {
  const { title: system, secret, rotates, notYet } = example;
  const entry = entryOf(example);
  const rotating = rotates.map(({ fields, login }): Row => {
    const [credential] = fields;
    const made = entry && madeOf(entry, credential);
    return {
      system,
      secret,
      credential,
      ...(made ?? { type: "not in rotation.yml", strategy: null }),
      fieldsChanged: shown ? fields.filter((field) => shown.changed.includes(field)).length : null,
      fields: shown?.fields ?? null,
      failedLogins: (login && shown?.failedLogins) ?? null,
      consumersRolled: shown?.rolled ?? null,
      seconds: shown?.seconds ?? null,
      status: made && shown?.problems.length === 0 ? "ok" : "failed",
    };
  });
  const nothing = {
    strategy: null,
    fieldsChanged: null,
    fields: null,
    failedLogins: null,
    consumersRolled: null,
    seconds: null,
  };
  const later = notYet.map((each): Row => {
    const [credential] = each.fields;
    const { type, secret: own = secret } = each;
    return { system, secret: own, credential, type, ...nothing, status: "not yet" };
  });
  return [...rotating, ...later];
}

/** The manifest's credential whose value is in this field. */
function madeOf({ credentials }: SecretEntry, field: string) {
  const made = credentials.find((spec) =>
    isLogin(spec)
      ? (spec.fields.password ?? "password") === field
      : isGenerated(spec) && spec.field === field,
  );
  return made && { type: made.type, strategy: made.strategy };
}
