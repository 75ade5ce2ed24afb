import { z } from "zod";
import { text } from "../../manifest/forms.ts";
import type { KeysOf } from "../../manifest/type.ts";
import { ownKeys as loginKeys, sharedKeys as loginSharedKeys } from "../login/keys.ts";
import { engineNames } from "./engines.ts";

const { fields, urls, otherHosts, copies, connection, plain, password } = loginKeys;

export const ownKeys = {
  instance: text("an identifier")
    .meta({ examples: ["main"] })
    .describe("The identifier of the RDS instance whose master user it is."),
  cluster: text("an identifier")
    .meta({ examples: ["main"] })
    .describe("The identifier of the Aurora or Multi-AZ cluster whose master user it is."),
  engine: z
    .enum(engineNames)
    .describe("The engine of the instance or cluster; aurora-postgresql is postgres. Required."),
  proof: z
    .enum(["login", "api"])
    .describe(
      "What proves that a new password works: a login (the default) or, for engines that Quarterturn cannot log in to, the state in the RDS API.",
    ),
  fields,
  urls,
  otherHosts,
  copies,
  connection,
  plain,
  password,
};

const { strategy, ca } = loginSharedKeys;

export const sharedKeys = { strategy, ca };

export type MasterKeys = KeysOf<typeof sharedKeys & typeof ownKeys>;
