import type { RotationError } from "../errors.ts";
import { type AlertContext, isOutside } from "./alert-context.ts";
import { command } from "./command.ts";

/** Commands to paste into a shell, with their headings. */
export function* commands(error: RotationError, context: AlertContext): Generator<string> {
  const { task, region, logGroup, requestId } = context;
  const aws = (...words: string[]) => `  ${command("aws", ...words, "--region", region)}`;
  const about = (operation: string, secret: string, ...words: string[]) =>
    aws("secretsmanager", operation, "--secret-id", secret, ...words);
  const filter = ["--since", "30m", "--filter-pattern", `"${requestId}"`];
  yield "To investigate:";
  if (task) yield about("describe-secret", task.secret);
  // Unfiltered: a function that is killed leaves lines that name neither the secret nor the version.
  if (task?.failedLog) yield aws("logs", "tail", task.failedLog, "--since", "2h");
  else yield aws("logs", "tail", logGroup, ...filter);
  if (error.cure) {
    yield `${error.cure.to}:`;
    yield aws(...error.cure.words);
  }
  if (!task || (task.kind !== "rotation" && !isOutside(task) && !error.undo)) return;
  if (error.undo === "removePending") {
    const label = ["--version-stage", "AWSPENDING", "--remove-from-version-id", task.token];
    yield "To remove AWSPENDING:";
    yield about("update-secret-version-stage", task.secret, ...label);
  }
  yield "To rotate again afterwards:";
  yield about("rotate-secret", task.secret);
}
