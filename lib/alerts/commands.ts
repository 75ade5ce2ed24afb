import type { RotationError } from "../errors.ts";
import { type AlertContext, isOutside } from "./alert-context.ts";
import { command } from "./command.ts";

/** Commands to paste into a shell. */
export interface Commands {
  /** E.g. `To investigate`. */
  readonly to: string;
  readonly lines: readonly string[];
}

/** What the reader may want to run, in this order. */
export function commands(error: RotationError, context: AlertContext): readonly Commands[] {
  const { task, region } = context;
  const aws = (...words: string[]) => command("aws", ...words, "--region", region);
  const about = (operation: string, secret: string, ...words: string[]) =>
    aws("secretsmanager", operation, "--secret-id", secret, ...words);
  const look = [...(task ? [about("describe-secret", task.secret)] : []), aws(...log(context))];
  const { cure, undo } = error;
  const all: Commands[] = [{ to: "To investigate", lines: look }];
  if (cure) all.push({ to: cure.to, lines: [aws(...cure.words)] });
  if (!task || (task.kind !== "rotation" && !isOutside(task) && !undo)) return all;
  if (undo === "removePending") {
    const label = ["--version-stage", "AWSPENDING", "--remove-from-version-id", task.token];
    const removal = about("update-secret-version-stage", task.secret, ...label);
    all.push({ to: "To remove AWSPENDING", lines: [removal] });
  }
  const again = about("rotate-secret", task.secret);
  return [...all, { to: "To rotate again afterwards", lines: [again] }];
}

/** Unfiltered where another function failed: one that is killed leaves lines that name neither the secret nor the version. */
function log({ task, logGroup, requestId }: AlertContext): readonly string[] {
  if (task?.failedLog) return ["logs", "tail", task.failedLog, "--since", "2h"];
  return ["logs", "tail", logGroup, "--since", "30m", "--filter-pattern", `"${requestId}"`];
}
