import type { CheckedType } from "../../validation/checks.ts";
import { loginType } from "../login/type.ts";
import { completeMaster } from "./complete.ts";
import { grants } from "./grants.ts";
import { ownKeys, sharedKeys } from "./keys.ts";
import type { MasterSpec } from "./spec.ts";
import { masterStrategies } from "./traits.ts";

const login = loginType("", async () => (await import("./rotator.ts")).rotator, masterStrategies);

export const type = {
  ...login,
  description: "The master user of an RDS instance, or of an Aurora or Multi-AZ cluster.",
  example: { type: "rds-master", strategy: "in-place", instance: "main", engine: "postgres" },
  ownKeys,
  sharedKeys,
  complete: completeMaster,
  sameAs: ({ database }: MasterSpec, other: MasterSpec, name: string) =>
    database.kind === other.database.kind && database.id === other.database.id
      ? `is the master user of the same database as ${name}: make them one credential (it can have several urls)`
      : undefined,
  grants,
} satisfies CheckedType;
