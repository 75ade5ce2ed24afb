import { LoginCredential } from "../login/credential.ts";
import { atlasEngine } from "./atlas.ts";
import type { AtlasSpec } from "./spec.ts";
import { atlasUsers } from "./strategy.ts";
import { atlasTraits } from "./traits.ts";

export const rotator = {
  credential: (spec: AtlasSpec): LoginCredential =>
    new LoginCredential({
      spec,
      engine: atlasEngine(spec),
      traits: atlasTraits,
      strategy: atlasUsers,
    }),
};
