import type { Task } from "../context/context.ts";

/** Where a failure happened, and in what. Identifiers only. */
export interface AlertContext {
  /** What the function was asked for; absent when the event could not be read. */
  readonly task?: Task | undefined;
  readonly environment: string;
  /** The AWS account's id. */
  readonly account: string;
  readonly region: string;
  /** The function's log group. */
  readonly logGroup: string;
  readonly requestId: string;
  /** URL of the page of docs/runbook.md; absent: there is none that is known. */
  readonly runbook?: string | undefined;
  readonly at: Date;
}

/** Whether only Secrets Manager reported the failure, not the function that met it. */
export const isOutside = (task: Task | undefined) =>
  task?.kind === "unreported" || task?.kind === "abandoned" || task?.kind === "test";
