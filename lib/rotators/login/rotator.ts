import { alternatingUsers } from "./alternating-users.ts";
import { LoginCredential } from "./credential.ts";
import type { Engine, EngineTraits } from "./engine.ts";
import { inPlace } from "./in-place.ts";
import type { LoginSpec } from "./login.ts";
import type { Strategy } from "./strategy.ts";
import type { StrategyName } from "./traits.ts";

const strategies: Readonly<Record<StrategyName, Strategy>> = {
  "alternating-users": alternatingUsers,
  "in-place": inPlace,
};

/** The rotator of an engine's logins. */
export const loginRotator = (engine: Engine, traits: EngineTraits) => ({
  credential: (spec: LoginSpec) =>
    new LoginCredential({ spec, engine, traits, strategy: strategies[spec.strategy] }),
});
