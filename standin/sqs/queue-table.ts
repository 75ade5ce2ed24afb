import { AwsError } from "../aws-error.ts";
import type { Clock } from "../clock.ts";
import type { Attributes } from "./attributes.ts";
import { Queue } from "./queue.ts";

/** "must wait 60 seconds after deleting a queue" (API_DeleteQueue) */
const RECENTLY_MS = 60_000;

/** The queues of one account and Region. */
export class QueueTable implements Disposable {
  readonly clock: Clock;
  readonly #account: { region: string; accountId: string };
  readonly #endpoint: () => string;
  readonly #byName = new Map<string, Queue>();
  readonly #deleted = new Map<string, number>();

  constructor(
    account: { region: string; accountId: string },
    endpoint: () => string,
    clock: Clock,
  ) {
    this.clock = clock;
    this.#account = account;
    this.#endpoint = endpoint;
  }

  all(): Queue[] {
    return [...this.#byName.values()];
  }

  named(name: string): Queue | undefined {
    return this.#byName.get(name);
  }

  byArn(arn: string): Queue | undefined {
    return this.all().find((queue) => queue.arn === arn);
  }

  url({ name }: Queue): string {
    return `${this.#endpoint()}/${this.#account.accountId}/${name}`;
  }

  /** By URL. Throws QueueDoesNotExist. The host is ignored, because a port can be forwarded. */
  find(queueUrl: string): Queue {
    const [accountId, name = ""] = queueUrl.split("/").slice(-2);
    const queue = this.#byName.get(name);
    if (queue !== undefined && accountId === this.#account.accountId) return queue;
    throw queueDoesNotExist();
  }

  add(name: string, attributes: Attributes): Queue {
    if (Date.now() - (this.#deleted.get(name) ?? 0) < RECENTLY_MS) {
      throw new AwsError(
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
      );
    }
    const { region, accountId } = this.#account;
    const arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
    const queue = new Queue(arn, attributes, this);
    this.#byName.set(name, queue);
    return queue;
  }

  remove(queue: Queue): void {
    queue.purge();
    queue[Symbol.dispose]();
    this.#byName.delete(queue.name);
    this.#deleted.set(queue.name, Date.now());
  }

  [Symbol.dispose](): void {
    for (const queue of this.all()) queue[Symbol.dispose]();
  }
}

export function queueDoesNotExist(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
}
