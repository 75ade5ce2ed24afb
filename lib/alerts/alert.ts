import type { EndedProblem, News, Task } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import type { AlertContext } from "./alert-context.ts";
import { ascii, smsLength, subjectLength } from "./ascii.ts";
import { commands } from "./commands.ts";
import { eventOf, runbookOf } from "./event.ts";
import { identityOf, severityOf } from "./problem.ts";
import { failures, safety, whatNext } from "./wording.ts";

/**
 * One message for every kind of subscriber.
 *
 * Attributes are for filter policies alone: with a message of the JSON structure they do not reach the
 * subscriber (SNS developer guide, "Message attributes"), so the event holds all of them too.
 */
export interface Alert {
  /** Printable ASCII, fewer than 100 characters (SNS API reference, Publish). */
  readonly subject: string;
  /** For people. */
  readonly text: string;
  /** At most 140 ASCII characters. */
  readonly sms: string;
  /** For machines; its keys are stable. */
  readonly event: Readonly<Record<string, string | boolean>>;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The alert about a problem. Pure; it holds what the news and the context hold, and no secret value. */
export function alertOf(news: News, context: AlertContext): Alert {
  return news.status === "over"
    ? overAlert(news.problem, news.task, context)
    : failureAlert(news.error, { ...context, task: news.task }, news.status);
}

/** The alert of a failure: that a problem began, or got worse. */
export function failureAlert(
  error: RotationError,
  context: AlertContext,
  status: "begun" | "worse" = "begun",
): Alert {
  const { environment, region } = context;
  const { secret, step, token } = context.task ?? unknown;
  const severity = severityOf(error);
  const { kind, summary } = failures[context.task?.kind ?? "call"];
  const failure = `${status === "worse" ? "worse: " : ""}${summary(step)} (${error.code})`;
  const runbook = runbookOf(error.code, context);
  const { happened } = error;
  const { subject } = identityOf(error);
  const at = context.at.toISOString();
  const [safe, next] = [safety(error).full, whatNext(error, context)];
  const attributes = { severity, secret, environment, step, code: error.code, status };
  return {
    subject: ascii(`[${severity}] ${failure}: ${secret}`, subjectLength),
    text: [
      `What happened: the ${summary(step)} (${error.code}), secret ${secret}. ${happened}`,
      ...(status === "worse" ? ["You were told of this problem; it has become worse."] : []),
      `Is production safe: ${safe}`,
      `What Quarterturn does next: ${next}`,
      `What you should do: ${error.remedy}`,
      ...commands(error, context),
      `More about this: ${runbook}`,
      `Where the log is: ${whereLog(context)}.`,
      `Environment ${environment}, Region ${region}, version ${token}, ${at}.`,
    ].join("\n\n"),
    sms: ascii(
      `${severity.toUpperCase()} ${environment}: ${failure}. ${safety(error).brief} ${secret}`,
      smsLength,
    ),
    event: eventOf(
      {
        kind,
        attributes,
        subject,
        token,
        message: happened,
        remedy: error.remedy,
        safe,
        next,
        productionSafe: error.impact === "unchanged",
        retryable: error.retryable,
      },
      context,
    ),
    attributes,
  };
}

/** The alert that a problem is over: the same key, so that a pager resolves what it opened. */
function overAlert(problem: EndedProblem, task: Task, context: AlertContext): Alert {
  const { environment, region } = context;
  const { secret, step, token } = task;
  const { kind: code, subject } = problem;
  const { kind, summary } = failures[task.kind];
  const at = context.at.toISOString();
  const since = problem.since.toISOString();
  const runbook = runbookOf(code, context);
  const attributes = { severity: "info", secret, environment, step, code, status: "over" };
  const about = subject && ` (${subject})`;
  const happened = `This problem of ${secret} is over: the ${summary(step)}, ${code}${about}. It began at ${since}.`;
  return {
    subject: ascii(`[info] over: ${summary(step)} (${code}): ${secret}`, subjectLength),
    text: [
      happened,
      `More about this: ${runbook}`,
      `Environment ${environment}, Region ${region}, version ${token}, ${at}.`,
    ].join("\n\n"),
    sms: ascii(`INFO ${environment}: over: ${summary(step)} (${code}). ${secret}`, smsLength),
    event: eventOf(
      {
        kind,
        attributes,
        subject,
        token,
        message: happened,
        remedy: "Nothing.",
        safe: "yes, as far as this problem goes.",
        next: "nothing; it alerts you if the problem comes back.",
        productionSafe: true,
        retryable: false,
      },
      context,
    ),
    attributes,
  };
}

const unknown = { secret: "unknown", step: "unknown", token: "unknown" };

function whereLog({ task, logGroup, requestId }: AlertContext): string {
  const own = `${logGroup}, request ${requestId}`;
  return task?.failedLog ? `${task.failedLog}; for this alert itself: ${own}` : own;
}
