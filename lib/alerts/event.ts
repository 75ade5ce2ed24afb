import type { EndedProblem } from "../context/context.ts";
import type { AlertContext } from "./alert-context.ts";

interface EventFields {
  readonly kind: string;
  readonly attributes: Readonly<
    Record<"severity" | "secret" | "environment" | "step" | "code" | "status", string>
  >;
  readonly subject: string;
  readonly token: string;
  readonly message: string;
  readonly remedy: string;
  readonly safe: string;
  readonly next: string;
  readonly productionSafe: boolean;
  readonly retryable: boolean;
}

/** The event of a problem: the same keys from its beginning to its end. */
export function eventOf(
  fields: EventFields,
  context: AlertContext,
): Readonly<Record<string, string | boolean>> {
  const {
    kind,
    attributes,
    subject,
    token,
    message,
    remedy,
    safe,
    next,
    productionSafe,
    retryable,
  } = fields;
  const { region, logGroup, requestId, at } = context;
  const { secret, code } = attributes;
  return {
    source: "quarterturn",
    kind,
    ...attributes,
    subject,
    region,
    token,
    message,
    remedy,
    safe,
    next,
    runbook: runbookOf(code, context),
    productionSafe,
    retryable,
    logGroup,
    requestId,
    at: at.toISOString(),
    deduplicationKey: keyOf(secret, { kind: code, subject }),
  };
}

/** Where a code is explained: a link, or else the page's path in the repository that was deployed. */
export const runbookOf = (
  code: string,
  { runbook = "docs/runbook.md" }: Pick<AlertContext, "runbook">,
) => `${runbook}#${code.toLowerCase()}`;

/** The same for all alerts about one problem, from its beginning to its end. */
const keyOf = (secret: string, { kind, subject }: Pick<EndedProblem, "kind" | "subject">) =>
  `${secret}/${kind}/${subject}`;
