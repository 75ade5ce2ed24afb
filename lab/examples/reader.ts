import { setTimeout as sleep } from "node:timers/promises";
import { type ConsumerOptions, startConsumer } from "../consumer/consumers.ts";
import type { Consumer } from "./consumer.ts";

/** Between two logins, in milliseconds. */
const pauseMs = 50;

/** How long it is watched once the old credential is dead, in milliseconds. */
const afterwards = 500;

/** An application that reads its secret by itself, and keeps it for a while. */
export async function startReader(options: ConsumerOptions): Promise<Consumer> {
  const consumer = await startConsumer({ pauseMs, ...options });
  return {
    renew: () => sleep(afterwards),
    async verdict() {
      const { attempted, failed } = await consumer.stats();
      const problems = attempted > 0 ? [] : ["the application did not log in"];
      return { rolled: 0, failed, problems };
    },
    [Symbol.asyncDispose]: () => consumer.stop(),
  };
}
