import { createHash } from "node:crypto";
import type { EndedProblem } from "../context/context.ts";
import type { AlertContext } from "./alert-context.ts";
import { eventSource } from "./bus.ts";
import { firstLines, runbookOf, type Story, summaryOf } from "./story.ts";

/** For programs: the same keys from a problem's beginning to its end. */
export function eventOf(story: Story): Readonly<Record<string, string | boolean>> {
  const { kind, attributes, subject, token, context } = story;
  const { account, region, logGroup, requestId, at, task } = context;
  const { secret, code } = attributes;
  return {
    source: eventSource,
    kind,
    ...attributes,
    subject,
    account,
    region,
    arn: task?.arn ?? "",
    token,
    summary: summaryOf(story),
    text: Object.values(firstLines(story)).join("\n"),
    message: story.happened,
    remedy: story.remedy,
    safe: story.safe.full,
    next: story.next ?? "nothing; it alerts you if the problem comes back.",
    runbook: runbookOf(story),
    productionSafe: story.productionSafe,
    retryable: story.retryable,
    logGroup,
    requestId,
    at: at.toISOString(),
    deduplicationKey: keyOf(secret, { kind: code, subject }, context),
  };
}

/**
 * The same for all alerts about one problem, from its beginning to its end, and another one wherever several deployments
 * share a pager.
 */
const keyOf = (
  secret: string,
  { kind, subject }: Pick<EndedProblem, "kind" | "subject">,
  { account, region, environment }: Pick<AlertContext, "account" | "region" | "environment">,
): string => keyFrom(account, region, environment, secret, kind, subject);

/** In characters: what PagerDuty takes. */
const keyLength = 255;

/** A deduplication key. Where it would be too long, its end is a hash of the whole. */
export function keyFrom(...parts: readonly string[]): string {
  const key = parts.join("/");
  if (key.length <= keyLength) return key;
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 32);
  return `${key.slice(0, keyLength - hash.length - 1).toWellFormed()}#${hash}`;
}
