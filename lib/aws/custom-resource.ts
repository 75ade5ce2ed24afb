import { setTimeout } from "node:timers/promises";
import { AwsCallFailed } from "../aws-call-failed.ts";
import { DeadlineReached } from "../context/deadline.ts";
import type { StackRequest } from "../schedules/request.ts";
import type { Answer } from "../schedules/summary.ts";

/** How often an answer is sent before it is given up; and how long after the first one, twice as long each time. */
const [attempts, pause] = [4, 250];

/**
 * Answers CloudFormation, which waits for an hour otherwise (CloudFormation user guide, "Custom resource response objects").
 * Its URL is signed for a request without a content type, and is in no error.
 * @throws AwsCallFailed, DeadlineReached
 */
export async function answerStack(
  to: StackRequest,
  { status, reason, summary }: Answer,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({
    Status: status,
    ...(reason !== undefined && { Reason: reason.slice(0, 1500) }),
    PhysicalResourceId: to.physicalResourceId ?? "schedules",
    StackId: to.stackId,
    RequestId: to.requestId,
    LogicalResourceId: to.logicalResourceId,
    Data: { Summary: summary.slice(0, 1000) },
  });
  let failure = "";
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (signal.aborted) throw new DeadlineReached();
    failure = await put(to.responseUrl, body, signal);
    if (!failure) return;
    await setTimeout(pause * 2 ** (attempt - 1), undefined, { signal }).catch(() => {});
  }
  throw new AwsCallFailed("cloudformation:response", to.logicalResourceId, {
    failure,
    retryable: true,
    remedy:
      "CloudFormation continues automatically after an hour. The function needs the internet, so it must not be in a VPC.",
  });
}

/** @returns why it failed; else nothing */
async function put(url: string, body: string, signal: AbortSignal): Promise<string> {
  try {
    const encoded = new TextEncoder().encode(body);
    const response = await fetch(url, { method: "PUT", body: encoded, redirect: "error", signal });
    return response.ok ? "" : `HTTP ${response.status}`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.name : "unknown failure";
  }
}
