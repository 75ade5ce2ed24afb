import { z } from "zod";
import { invalidParameter } from "../aws-error.ts";
import { operationsOf } from "../checked-operation.ts";

export const secretId = z.string().min(1).max(2048);
export const versionId = z.string().min(32).max(64);
export const versionStage = z.string().min(1).max(256);
export const clientRequestToken = z.string().min(32).max(64);
export const tags = z.array(
  z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }),
);

/** An operation that refuses invalid input with InvalidParameterException. */
export const operation = operationsOf(({ path, rule }) =>
  invalidParameter(`The parameter ${path} is invalid: ${rule}`),
);
