import type { SecretDocument } from "../../secret/document.ts";
import { alternatingUsers } from "./alternating-users.ts";
import { LoginCredential } from "./credential.ts";
import type { Engine, EngineTraits } from "./engine.ts";
import { isOfEngine } from "./engine-field.ts";
import { inPlace } from "./in-place.ts";
import type { LoginSpec } from "./login.ts";
import type { ManagedMasters } from "./managed-master.ts";
import type { Strategy } from "./strategy.ts";
import type { StrategyName } from "./traits.ts";
import { twoPasswords } from "./two-passwords.ts";

const strategies: Readonly<Record<StrategyName, Strategy>> = {
  "two-passwords": twoPasswords,
  "alternating-users": alternatingUsers,
  "in-place": inPlace,
};

/** The rotator of an engine's logins. */
export const loginRotator = (engine: Engine, traits: EngineTraits) => ({
  engine,
  traits,
  isNamedIn: (document: SecretDocument, spec: LoginSpec) =>
    isOfEngine(document, spec, traits.engineNames),
  credential: (spec: LoginSpec, masters?: ManagedMasters) =>
    new LoginCredential({ spec, engine, traits, strategy: strategies[spec.strategy], masters }),
});
