import type { CheckedType } from "../../validation/checks.ts";
import { loginType } from "../login/type.ts";
import { completeAtlas } from "./complete.ts";
import { ownKeys, sharedKeys } from "./keys.ts";
import { atlasStrategies } from "./traits.ts";

const login = loginType(
  "A database user of a MongoDB Atlas project, changed through Atlas's API.",
  async () => (await import("./rotator.ts")).rotator,
  atlasStrategies,
);

export const type = {
  ...login,
  example: {
    type: "atlas",
    project: "32b6e34b3d91647abb20e7b8",
    admin: "production/atlas/service-account",
  },
  ownKeys,
  sharedKeys,
  complete: completeAtlas,
} satisfies CheckedType;
