import { AwsCallFailed } from "../aws-call-failed.ts";
import type { RotationError } from "../errors.ts";
import { type Remark, remarkText } from "../manifest/remark.ts";

/** An error will break a rotation or its settlement; a warning may; a note is good to know. */
export type Severity = "error" | "warning" | "note";

/** What a check found. Never with a secret value. */
export interface Finding {
  readonly severity: Severity;
  /** Stable: one of `docs/validate.md`, or of `docs/errors.md` where a rotation would fail with it. */
  readonly code: string;
  /** As the manifest names it; absent where it is about the account. */
  readonly secret?: string | undefined;
  /** Of the manifest, where it is about the file. */
  readonly line?: number | undefined;
  readonly what: string;
  readonly remedy?: string | undefined;
  /** Actions that are missing to check more: `sns:ListSubscriptionsByTopic on the topic`. Part of the remedy in the end. */
  readonly allow?: string | undefined;
}

/** The codes of validation's own; the others are those of the errors that a rotation would end with. */
export const ownCodes = [
  "ACCOUNT_MAY_LOCK",
  "CLUSTER_MISSING",
  "CONSUMERS",
  "CONTROLLER_CANNOT_BE_FORCED",
  "COULD_NOT_CHECK",
  "EXEMPT",
  "EXEMPTION_EXPIRED",
  "INJECTED_IN_PLACE",
  "KEYS_COUNTED",
  "KEY_BOUND_TO_PERSON",
  "PRESET_OLD",
  "KEY_ELSEWHERE",
  "KEY_NOT_OURS",
  "KEY_OWNER",
  "KMS_KEY_DIFFERS",
  "MANIFEST_WARNING",
  "DEFINER_STAYS",
  "NOBODY_LISTENS",
  "NOTHING_CHECKED",
  "NO_TRAIL",
  "OTHER_PASSWORD_ENDS",
  "PASSWORD_EXPIRES",
  "PENDING_STUCK",
  "PINNED_REFERENCE",
  "POSSIBLE_CONSUMER",
  "RDS_PROXY",
  "RDS_PROXY_SECRET",
  "RDS_READER",
  "REFERENCE_OUTSIDE",
  "ROTATED_ELSEWHERE",
  "ROTATION_UNDER_WAY",
  "SAME_LOGIN",
  "SECRET_DELETED",
  "SECRET_MISSING",
  "SETTING_NOT_COPIED",
  "TOPIC_NOT_FOUND",
  "TOPIC_NOT_NAMED",
  "USERNAME_NOT_READ",
] as const;

type OwnFinding = Finding & { readonly code: (typeof ownCodes)[number] };

export const finding = (own: OwnFinding): Finding => own;

/** What a rotation would end with. */
export function failure(
  error: RotationError,
  secret: string,
  severity: Severity = "error",
): Finding {
  return { severity, code: error.code, secret, what: error.happened, remedy: error.remedy };
}

export function ofManifest(severity: "error" | "warning", remark: Remark): Finding {
  const code = severity === "error" ? "INVALID_MANIFEST" : "MANIFEST_WARNING";
  return { severity, code, line: remark.line, what: remarkText(remark) };
}

/** A check that could not be made has not passed. */
export function unchecked(
  check: string,
  error: RotationError,
  solution: Pick<Finding, "allow" | "remedy">,
  secret?: string,
): Finding {
  const because = error.code === "DEADLINE" ? "there was no answer in time." : error.happened;
  const what = `Could not check ${check}, because: ${because}`;
  const remedy = remedyOf(error);
  const cure = remedy === undefined ? solution : { remedy };
  return finding({ severity: "warning", code: "COULD_NOT_CHECK", secret, what, ...cure });
}

/** Of what no right would mend; `undefined`: a right may. */
export function remedyOf(error: RotationError): string | undefined {
  if (!(error instanceof AwsCallFailed) || error.obstacle === undefined) return undefined;
  return error.obstacle === "credentials"
    ? "Set up credentials: aws sts get-caller-identity must show the right account."
    : "Check the network from here to AWS, AWS_REGION, and AWS_ENDPOINT_URL if it is set; then run this again.";
}

/**
 * The finding with its whole remedy.
 * @param caller who made the checks: `the credentials of this shell`
 */
export function addressedTo(caller: string, { allow, remedy, ...finding }: Finding): Finding {
  if (allow === undefined) return { ...finding, remedy };
  const otherwise = remedy === undefined ? "." : `, or ${remedy}`;
  return { ...finding, remedy: `Allow ${allow} to ${caller}${otherwise}` };
}
