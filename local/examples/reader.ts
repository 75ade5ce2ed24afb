import { setTimeout as sleep } from "node:timers/promises";
import { type ConsumerOptions, startConsumer } from "../consumer/consumers.ts";
import type { Consumer } from "./consumer.ts";

/** How long it is watched once the old credential is dead, in milliseconds. */
const afterwards = 500;

/** An application that reads its secret by itself, keeps it for a while, and must not lose a single login. */
export async function startReader(options: ConsumerOptions): Promise<Consumer> {
  const consumer = await startConsumer(options);
  return {
    renew: () => sleep(afterwards),
    async verdict() {
      const { attempted, failed, failures } = await consumer.stats();
      const problems = failed > 0 ? [`${failed} logins failed: ${failures[0]?.code}`] : [];
      if (attempted === 0) problems.push("the application did not log in");
      return { rolled: 0, failed, problems };
    },
    [Symbol.asyncDispose]: () => consumer.stop(),
  };
}
