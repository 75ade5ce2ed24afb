import type { Credential } from "./rotation/rotation.ts";
import { UnknownType } from "./rotators/errors.ts";
import { alternatingUsers } from "./rotators/login/alternating-users.ts";
import type { Engine, EngineTraits } from "./rotators/login/engine.ts";
import { inPlace } from "./rotators/login/in-place.ts";
import type { CredentialSpec } from "./rotators/login/login.ts";
import type { Strategy } from "./rotators/login/strategy.ts";
import { postgresTraits } from "./rotators/postgres/traits.ts";

/** THE list of rotators. Drivers are loaded when a secret needs them, because a cold start pays for each. */
const rotators: Readonly<Record<string, { traits: EngineTraits; load(): Promise<Engine> }>> = {
  postgres: {
    traits: postgresTraits,
    load: async () => (await import("./rotators/postgres/postgres.ts")).postgres,
  },
};

const strategies: Readonly<Record<string, Strategy>> = {
  "alternating-users": alternatingUsers,
  "in-place": inPlace,
};

/** The types that a manifest may name. */
export const knownTypes: readonly string[] = Object.keys(rotators);

/** @throws UnknownType when the manifest was compiled for other functions than these */
export async function loadCredential(spec: CredentialSpec): Promise<Credential> {
  const rotator = rotators[spec.type];
  const strategy = strategies[spec.strategy];
  if (!rotator || !strategy) throw new UnknownType(`${spec.type} / ${spec.strategy}`);
  return { spec, strategy, traits: rotator.traits, engine: await rotator.load() };
}
