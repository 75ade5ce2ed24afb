import type { EndedProblem, News, Task } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import type { AlertContext } from "./alert-context.ts";
import { type ChatNotification, chatOf } from "./chat.ts";
import { commands } from "./commands.ts";
import { eventOf } from "./event.ts";
import { identityOf, severityOf } from "./problem.ts";
import type { Attributes, Story } from "./story.ts";
import { smsOf, subjectOf, textOf } from "./text.ts";
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
  /** For Slack and Microsoft Teams, through Amazon Q Developer. */
  readonly chat: ChatNotification;
  /** For machines; its keys are stable. */
  readonly event: Readonly<Record<string, string | boolean>>;
  readonly attributes: Readonly<Attributes>;
}

/** The alert about a problem. Pure; it holds what the news and the context hold, and no secret value. */
export function alertOf(news: News, context: AlertContext): Alert {
  return news.status === "over"
    ? toldAs(ending(news.problem, news.task, { ...context, task: news.task }))
    : failureAlert(news.error, { ...context, task: news.task }, news.status);
}

/** The alert of a failure: that a problem began, or got worse. */
export const failureAlert = (
  error: RotationError,
  context: AlertContext,
  status: "begun" | "worse" = "begun",
): Alert => toldAs(failure(error, context, status));

/** All forms of an alert. */
export function toldAs(story: Story): Alert {
  const event = eventOf(story);
  return {
    subject: subjectOf(story),
    text: textOf(story),
    sms: smsOf(story),
    chat: chatOf(story, event),
    event,
    attributes: story.attributes,
  };
}

/** Each protocol's form; `default` is that of SQS, Lambda and Firehose (SNS API reference, Publish, MessageStructure). */
export const messageOf = ({ event, text, sms, chat }: Alert): Readonly<Record<string, string>> => ({
  default: JSON.stringify(event),
  email: text,
  sms,
  https: JSON.stringify(chat),
});

function failure(error: RotationError, context: AlertContext, status: "begun" | "worse"): Story {
  const { secret, step, token } = context.task ?? unknown;
  const { kind, summary } = failures[context.task?.kind ?? "call"];
  const { code, happened, remedy, retryable } = error;
  const { environment } = context;
  return {
    kind,
    attributes: { severity: severityOf(error), secret, environment, step, code, status },
    subject: identityOf(error).subject,
    headline: `${status === "worse" ? "worse: " : ""}${summary(step)} (${code})`,
    happened,
    safe: safety(error, context.task?.kind),
    remedy,
    next: whatNext(error, context),
    commands: commands(error, context),
    productionSafe: error.impact === "unchanged",
    retryable,
    token,
    context,
  };
}

/** The same key as when it began, so that a pager resolves what it opened. */
function ending(problem: EndedProblem, task: Task, context: AlertContext): Story {
  const { secret, step, token } = task;
  const { kind: code, subject } = problem;
  const { kind, summary } = failures[task.kind];
  const { environment } = context;
  const about = subject && ` (${subject})`;
  return {
    kind,
    attributes: { severity: "info", secret, environment, step, code, status: "over" },
    subject,
    headline: `over: ${summary(step)} (${code})`,
    happened: `This problem is over${about}. It began at ${problem.since.toISOString()}.`,
    safe: { full: "yes, as far as this problem goes.", brief: "Production is safe." },
    remedy: "Nothing.",
    commands: [],
    productionSafe: true,
    retryable: false,
    token,
    context,
  };
}

const unknown = { secret: "unknown", step: "unknown", token: "unknown" };
