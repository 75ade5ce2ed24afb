import type { Manifest, SecretEntry } from "../../lib/manifest/manifest.ts";
import type { CredentialSpec } from "../../lib/manifest/type.ts";
import type { KeySpec } from "../../lib/rotators/key/key.ts";
import { anyShape, type SuppliedSpec } from "../../lib/rotators/supplied/value.ts";
import type { Behaviour } from "./fake-provider.ts";
import type { Neighbours } from "./neighbours.ts";

const keySpec: KeySpec = {
  type: "acme",
  strategy: "issue",
  traits: { oldWorksBeside: true, changesUsername: false, switches: false },
  fields: { secret: "api_key", id: "api_key_id" },
  adopt: true,
};

export const suppliedSpec: SuppliedSpec = {
  ...keySpec,
  strategy: "supply",
  supply: { field: "api_key" },
  prefix: "sk_",
  shape: anyShape,
};

export interface KeyAccountOptions extends Behaviour {
  /** Before the key. */
  readonly credentials?: readonly CredentialSpec[];
  /** Whether the manifest adopts the first key, which a person created, and the secret has its id. */
  readonly adopted?: boolean;
  /** People make the keys, and hand them over. */
  readonly supplied?: boolean;
  /** A login and a signing key stand beside the key. */
  readonly mixed?: boolean;
  /** In milliseconds: how long the old key is kept; default: until it is settled. */
  readonly grace?: number;
  /** Beside the key's field. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** The one secret of the account. */
export const secretName = "shop/acme";

/** What rotation.yml would say of it. */
export function entryOf(
  {
    credentials = [],
    adopted = true,
    supplied = false,
    rolls = false,
    grace = 0,
  }: KeyAccountOptions,
  neighbours: Pick<Neighbours, "credentials"> | undefined,
): SecretEntry {
  const rolled = { ...keySpec.traits, oldWorksBeside: false, switches: true };
  const issued = { ...keySpec, traits: rolls ? rolled : keySpec.traits, adopt: adopted };
  return {
    credentials: [
      ...credentials,
      supplied ? suppliedSpec : issued,
      ...(neighbours?.credentials ?? []),
    ],
    place: "internet",
    consumers: {},
    schedule: { expression: "rate(90 days)" },
    grace,
    deadline: 86_400_000,
  };
}

export const manifestOf = (entry: SecretEntry): Manifest => ({
  stage: "test",
  exempt: [],
  secrets: { [secretName]: entry },
});

export const isKey = (spec: CredentialSpec): spec is KeySpec => spec.strategy === "issue";
