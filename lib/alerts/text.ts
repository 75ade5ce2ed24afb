import { ascii, smsLength, subjectLength } from "./ascii.ts";
import { cut } from "./cut.ts";
import { firstLines, runbookOf, type Story, titleOf } from "./story.ts";

/** For a mail's subject. */
export const subjectOf = (story: Story) =>
  ascii(`[${story.attributes.severity}] ${titleOf(story)}`, subjectLength);

/** Of a secret's name, so that an SMS has room for what to do. */
const nameLength = 40;

/** What happened, whether production is safe, and what to do, as far as one SMS goes. */
export function smsOf(story: Story): string {
  const { safe, remedy, attributes } = story;
  const { severity, environment } = attributes;
  const secret = cut(attributes.secret, nameLength);
  const title = titleOf({ ...story, attributes: { ...attributes, secret } });
  const what = `${severity.toUpperCase()} ${environment}: ${title}.`;
  return ascii(`${what} ${safe.brief} ${remedy}`, smsLength);
}

/** For people: the first lines, and all else that they may need. */
export function textOf(story: Story): string {
  const { happened, safe, remedy, next, context, token, attributes } = story;
  const { environment, region, at } = context;
  const lines = firstLines(story);
  const whole = { happened, safe: safe.full, remedy };
  const cutShort = (["happened", "safe", "remedy"] as const).filter(
    (each) => !lines[each].endsWith(whole[each]),
  );
  return [
    Object.values(lines).join("\n"),
    ...(attributes.status === "worse"
      ? ["You were alerted to this problem before; it is worse now."]
      : []),
    ...cutShort.map((each) => `In full: ${whole[each]}`),
    ...(next === undefined ? [] : [`What Quarterturn does next: ${next}`]),
    ...story.commands.flatMap(({ to, lines }) => [`${to}:`, ...lines.map((line) => `  ${line}`)]),
    `More about this: ${runbookOf(story)}`,
    ...(attributes.status === "over" ? [] : [`Where the log is: ${logOf(story)}.`]),
    `Environment ${environment}, Region ${region}, version ${token}, ${at.toISOString()}.`,
  ].join("\n\n");
}

function logOf({ context: { task, logGroup, requestId } }: Story): string {
  const own = `${logGroup}, request ${requestId}`;
  return task?.failedLog ? `${task.failedLog}; for this alert itself: ${own}` : own;
}
