import type { Decision } from "./decide.ts";
import { LeftUnsettled } from "./errors.ts";
import type { StackRequest } from "./request.ts";
import type { Looked } from "./tell.ts";

/** What CloudFormation is told (user guide, "Custom resource response objects"); 4,096 bytes in all. */
export interface Answer {
  readonly status: "SUCCESS" | "FAILED";
  /** Why it failed. */
  readonly reason?: string;
  /** For the outputs of the stack. */
  readonly summary: string;
}

/** How many secrets are named for each outcome. */
const most = 10;

/** One line for the log and the stack's outputs: numbers, and the names of what is not as it should be. */
export function summaryOf({ seen, isWhole, failure }: Looked): string {
  if (failure) return failure.message;
  const names = (isMeant: (each: Looked["seen"][number]) => boolean) =>
    seen.filter(isMeant).map(({ item }) => item.name);
  const isLeft = (decision: Decision, why: string) =>
    decision.kind === "leave" && decision.why === why;
  const left = (why: string) => names(({ decision }) => isLeft(decision, why));
  const done = (kind: string) =>
    names(({ decision, failure }) => decision.kind === kind && !failure).length;
  const parts = [
    `${left("scheduled").length + done("mark")} already as the manifest says`,
    `${done("set")} set`,
    `${done("cancel")} switched off`,
    listed("failed", names(isFailed)),
    listed(
      "left the manifest before they were settled",
      names(({ failure }) => failure instanceof LeftUnsettled),
    ),
    listed("switched off by hand and left so", left("off")),
    listed(
      "not there yet",
      names(({ item, decision }) => isLeft(decision, "absent") && item.wanted !== undefined),
    ),
    listed(
      "scheduled for deletion",
      seen.flatMap((each) => isDeletedAndNamed(each)),
    ),
    isWhole ? "" : "the rest not reached",
  ];
  return `Schedules: ${parts.filter(Boolean).join("; ")}.`;
}

const isFailed = ({ failure }: Looked["seen"][number]) =>
  failure !== undefined && !(failure instanceof LeftUnsettled);

const isDeletedAndNamed = ({ item, decision }: Looked["seen"][number]) =>
  item.wanted && decision.kind === "leave" && decision.why === "deleted" ? [item.name] : [];

const listed = (what: string, names: readonly string[]) =>
  names.length > 0 &&
  `${names.length} ${what} (${names.slice(0, most).join(", ").slice(0, 300)}${names.length > most ? ", …" : ""})`;

/**
 * A secret whose schedule cannot be set does not fail the deployment: the others would be rolled back with it. A stack
 * that leaves schedules behind is not removed: they would call functions that are gone.
 */
export function answerTo({ type }: StackRequest, looked: Looked): Answer {
  const summary = summaryOf(looked);
  const isClean = looked.isWhole && !looked.seen.some(isFailed);
  if (type !== "Delete" || isClean) return { status: "SUCCESS", summary };
  const reason = `Schedules are left that would call this stack's functions; remove the stack again once the cause is fixed. ${summary}`;
  return { status: "FAILED", reason, summary };
}
