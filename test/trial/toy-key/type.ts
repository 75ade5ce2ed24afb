import { z } from "zod";
import { fieldName } from "../../../lib/manifest/forms.ts";
import type { CredentialEntry, KeysOf } from "../../../lib/manifest/type.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { unanswered } from "../../../lib/validation/answers.ts";
import type { CheckedType } from "../../../lib/validation/checks.ts";
import { failure } from "../../../lib/validation/finding.ts";
import { ToyKeyCredential, type ToyKeySpec } from "./credential.ts";
import { ToyKeyRefused } from "./errors.ts";

const ownKeys = {
  url: z.url("must be the toy's URL").describe("Where the toy is."),
  field: fieldName.describe("The field that holds the key."),
};

export const type = {
  description: "A key that a toy issues.",
  example: { type: "toy-key", url: "http://127.0.0.1:7777", field: "TOY_KEY" },
  place: "internet",
  ownKeys,
  sharedKeys: {},
  complete({ type, keys, complain }: CredentialEntry<KeysOf<typeof ownKeys>>): ToyKeySpec {
    const { url, field } = keys;
    if (url === undefined)
      complain([], "no url: write where the toy is, e.g. `url: http://127.0.0.1:7777`");
    if (field === undefined)
      complain([], "no field: name the field that holds the key under field");
    const traits = { oldWorksBeside: true, changesUsername: false, switches: false };
    return { type, strategy: "issue", traits, url: url ?? "", field: field ?? "" };
  },
  writes: ({ field }: ToyKeySpec) => [{ role: ["field"], field }],
  reads: () => [],
  checks: async () => ({
    replaced(spec: ToyKeySpec, current, into) {
      const credential = new ToyKeyCredential(spec);
      const document = into.with(new Map([[spec.field, new Secret("replaced")]]));
      return { name: credential.name(), value: credential.holding(current).value, document };
    },
    async check(spec: ToyKeySpec, { name, current }, ask) {
      const asked = await ask((signal) =>
        new ToyKeyCredential(spec).accepted(current, current, { signal }),
      );
      const refused = "known" in asked && !asked.known;
      const findings = refused
        ? [failure(new ToyKeyRefused(spec.url), name)]
        : unanswered(name, "whether the key works", asked);
      return { spec, findings, holds: [] };
    },
  }),
} satisfies CheckedType;
