import { join } from "node:path";
import { readManifest } from "../../build/manifest-plugin.ts";
import type { SecretEntry } from "../../lib/manifest/manifest.ts";
import { root } from "./account.ts";
import type { Example } from "./example.ts";
import type { Shown } from "./run.ts";

/** One credential of a system; what a generated value and a credential without a type do not have is null. */
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

/** @param shown what the rotation showed; nothing where it could not even begin */
export function rowsOf(example: Example, shown: Shown | undefined): readonly Row[] {
  const { title, name, secret, rotates, notYet } = example;
  const manifest = readManifest(join(root, name, "rotation.yml"), "production", () => {});
  const entry = manifest.secrets[secret];
  const common = { system: title };
  const rotating = rotates.map(({ fields, login }): Row => {
    const [credential] = fields;
    const made = entry && madeOf(entry, credential);
    return {
      ...{ ...common, secret, credential },
      ...(made ?? { type: "not in rotation.yml", strategy: null }),
      fieldsChanged: shown ? fields.filter((field) => shown.changed.includes(field)).length : null,
      fields: shown?.fields ?? null,
      failedLogins: (login && shown?.failedLogins) ?? null,
      consumersRolled: shown?.rolled ?? null,
      seconds: shown?.seconds ?? null,
      status: made && shown?.problems.length === 0 ? "ok" : "failed",
    };
  });
  const later = notYet.map((each): Row => {
    const none = { fieldsChanged: null, fields: null, failedLogins: null, consumersRolled: null };
    return {
      ...{ ...common, secret: each.secret ?? secret, credential: each.fields[0], type: each.type },
      ...{ strategy: null, ...none, seconds: null, status: "not yet" },
    };
  });
  return [...rotating, ...later];
}

/** How the manifest has the credential whose value is in this field. */
function madeOf({ credentials, generated = [] }: SecretEntry, field: string) {
  const login = credentials.find(({ fields }) => (fields.password ?? "password") === field);
  if (login) return { type: login.type, strategy: login.strategy };
  const isGenerated = generated.some((each) => each.field === field);
  return isGenerated ? { type: "generated", strategy: "generate" } : undefined;
}
