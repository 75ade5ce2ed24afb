import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { Clients } from "./clients.ts";

/** A queue, and what comes in. */
export class Inbox {
  readonly url: string;
  readonly arn: string;
  readonly #sqs: Clients["sqs"];
  readonly #waitSeconds: number;
  readonly #read: unknown[] = [];

  private constructor(sqs: Clients["sqs"], url: string, arn: string, waitSeconds: number) {
    this.#waitSeconds = waitSeconds;
    this.#sqs = sqs;
    this.url = url;
    this.arn = arn;
  }

  static async open(
    { sqs }: Pick<Clients, "sqs">,
    { name, waitSeconds }: { name: string; waitSeconds: number },
    Attributes: Record<string, string> = {},
  ): Promise<Inbox> {
    const { QueueUrl = "" } = await sqs.send(
      new CreateQueueCommand({ QueueName: name, Attributes }),
    );
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] });
    const answer = await sqs.send(asked);
    return new Inbox(sqs, QueueUrl, answer.Attributes?.["QueueArn"] ?? "", waitSeconds);
  }

  /** Everything that came so far, as it came, parsed from JSON. Waits `waitSeconds` for more. */
  async all<T>(): Promise<readonly T[]> {
    for (;;) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.url,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: this.#waitSeconds,
        }),
      );
      if (Messages.length === 0) return this.#read as readonly T[];
      for (const { Body = "null", ReceiptHandle } of Messages) {
        this.#read.push(JSON.parse(Body));
        await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
      }
    }
  }
}
