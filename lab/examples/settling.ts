import { setTimeout as sleep } from "node:timers/promises";
import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import type { Notification } from "../../standin/aws.ts";
import type { Account } from "./account.ts";
import type { Consumer } from "./consumer.ts";

const minute = 60_000;

/** What passes at once at most: less than the margins of deadlines. */
const longest = 6 * 60 * minute;

/** How long settlement may take, in milliseconds of the machine. */
const patience = 120_000;

/** What a process that reads its secrets again needs to notice that time has passed, in milliseconds. */
const beat = 250;

/** Codes of what on-call is asked to do. */
const tasks = ["KEY_FOREIGN", "SUPPLIED_KEY_LEFT"];

export const isTask = ({ attributes }: Notification) => tasks.includes(attributes["code"] ?? "");

/**
 * Waits until RETIRING is gone. Nothing helps but time, which passes while nothing is under way, and the ticks of the
 * schedule; and a person who does what on-call is asked to.
 * @returns whether it was in time
 */
export async function settled(
  account: Account,
  secret: string,
  consumers: readonly Consumer[],
  person: () => Promise<void>,
): Promise<boolean> {
  const { aws, client, clock } = account.made;
  const deadline = performance.now() + patience;
  let told = aws.notifications.length;
  let jump = 5 * minute;
  while (performance.now() < deadline) {
    await aws.idle();
    const { VersionIdsToStages = {} } = await client.send(
      new DescribeSecretCommand({ SecretId: secret }),
    );
    if (!Object.values(VersionIdsToStages).flat().includes("RETIRING")) return true;
    const isAsked = aws.notifications.slice(told).some(isTask);
    told = aws.notifications.length;
    if (isAsked) await person();
    const quiet = await Promise.all(consumers.map((consumer) => consumer.isQuiet()));
    if (!quiet.every(Boolean)) {
      await sleep(50);
      continue;
    }
    clock.jump(jump);
    jump = Math.min(2 * jump, longest);
    await sleep(beat);
    aws.events.tick("tick");
  }
  return false;
}
