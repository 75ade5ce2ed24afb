import { AwsError } from "../aws/aws.ts";
import type { Consumer, ConsumerStats } from "../consumer/consumers.ts";
import { consumerPrincipal, type World } from "../world.ts";

/** A consumer whose connections to the database are known exactly: one for each read of the secret. */
export class CountedConsumer implements AsyncDisposable {
  readonly #consumer: Consumer;
  readonly #reads: Reads;
  readonly #counting: Disposable;

  private constructor(consumer: Consumer, reads: Reads, counting: Disposable) {
    this.#consumer = consumer;
    this.#reads = reads;
    this.#counting = counting;
  }

  static async start(world: World): Promise<CountedConsumer> {
    const reads = { count: 0, denied: false };
    const counting = world.aws.intercept({
      before({ principal }) {
        if (principal !== consumerPrincipal) return;
        if (reads.denied) throw new AwsError("AccessDeniedException", "The consumer is stopping.");
        reads.count += 1;
      },
    });
    return new CountedConsumer(await world.consumer(), reads, counting);
  }

  /** Since it was started. */
  stats(): Promise<ConsumerStats> {
    return this.#consumer.stats();
  }

  /** @returns the connections that it opened, and those of them that the server refused */
  async stop(): Promise<{ opened: number; refused: number }> {
    this.#reads.denied = true;
    // The attempt under way has ended with this answer; the next ones get no further than their read.
    const { failures } = await this.#consumer.stats();
    await this[Symbol.asyncDispose]();
    const refused = failures.filter(({ code }) => code === "28P01" || code === "28000");
    return { opened: this.#reads.count, refused: refused.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.stop();
    this.#counting[Symbol.dispose]();
  }
}

interface Reads {
  count: number;
  denied: boolean;
}
