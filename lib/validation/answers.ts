import { AwsCallFailed } from "../aws-call-failed.ts";
import type { RotationError } from "../errors.ts";
import type { Asked } from "./ask.ts";
import { type Finding, failure, unchecked } from "./finding.ts";
import { loneTest } from "./secret-findings.ts";

/**
 * What a failed question means: an error that repeats is what the rotation would end with; any other leaves the
 * question open.
 * @param check what was asked, e.g. `whether AWSCURRENT logs in`
 * @param elsewhere where else the question can be asked, as a sentence without its end
 */
export function unanswered(
  secret: string,
  check: string,
  asked: Asked<unknown> | undefined,
  elsewhere = "Try again",
): readonly Finding[] {
  if (!asked || "known" in asked) return [];
  return [answer(secret, check, asked.unknown, elsewhere)];
}

function answer(secret: string, check: string, error: RotationError, elsewhere: string): Finding {
  const byFunction = `have the deployed function check: ${loneTest(secret)}`;
  if (error instanceof AwsCallFailed)
    return unchecked(check, error, { allow: "it", remedy: byFunction }, secret);
  if (!error.retryable) return failure(error, secret);
  return unchecked(check, error, { remedy: `${elsewhere}, or ${byFunction}` }, secret);
}
