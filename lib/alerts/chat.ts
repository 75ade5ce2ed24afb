import type { eventOf } from "./event.ts";
import { firstLines, runbookOf, type Story, summaryOf, titleOf } from "./story.ts";

/**
 * A custom notification of Amazon Q Developer in chat applications: it drops any other message without an error, so no
 * other key may be added (administrator guide, "Custom notifications").
 */
export interface ChatNotification {
  readonly version: "1.0";
  readonly source: "custom";
  readonly content: {
    readonly textType: "client-markdown";
    readonly title: string;
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    /** All alerts about a problem are one thread. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

/** @param event of the same alert: its keys are the additional context */
export function chatOf(story: Story, event: ReturnType<typeof eventOf>): ChatNotification {
  const { kind, attributes, commands, next, context } = story;
  const { severity, environment, secret, code, status } = attributes;
  const summary = plain(summaryOf(story));
  return {
    version: "1.0",
    source: "custom",
    content: {
      textType: "client-markdown",
      title: plain(`[${severity}] ${titleOf(story)}`),
      description: Object.values(firstLines(story)).map(marked).join("\n"),
      nextSteps: [
        ...(next === undefined ? [] : [plain(`Quarterturn does next: ${next}`)]),
        ...commands.flatMap(({ to, lines }) =>
          lines.map((line) => `${plain(to)}: ${asCode(line)}`),
        ),
        ...(status === "over" ? [] : [plain(`More about this: ${runbookOf(story)}`)]),
      ],
      keywords: [severity, environment, code, secret].map(plain),
    },
    metadata: {
      threadId: String(event["deduplicationKey"]),
      summary,
      eventType: kind,
      relatedResources: [context.task?.arn ?? secret],
      additionalContext: Object.fromEntries(
        Object.entries(event)
          .filter(([key, value]) => key !== "text" && value !== "")
          .map(([key, value]) => [key, String(value)]),
      ),
    },
  };
}

/** Without what chat takes for a mention, a link or an entity (Slack API, "Formatting message text"). */
export const plain = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Its name in bold, as far as the colon. */
const marked = (line: string) => plain(line).replace(/^([^:]+:)/, "*$1*");

/** As code, in which nothing is changed; what holds a backtick cannot be. */
const asCode = (text: string) => (text.includes("`") ? plain(text) : `\`${plain(text)}\``);
