import { PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { UpdateSecretVersionStageCommand } from "@aws-sdk/client-secrets-manager";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { Clients } from "./clients.ts";
import { eventually, type Patience } from "./eventually.ts";
import type { Inbox } from "./inbox.ts";

/** The one target of each rule of a run, so that it can be removed by name. */
export const TARGET = "inbox";

/** An event as EventBridge delivers it. */
export interface SeenEvent {
  readonly id: string;
  readonly source: string;
  readonly "detail-type": string;
  readonly account: string;
  readonly region: string;
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

interface EventHost {
  readonly clients: Clients;
  readonly prefix: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  name(): string;
  inbox(name: string): Promise<Inbox>;
  createSecret(): Promise<{
    readonly name: string;
    readonly arn: string;
    readonly version: string;
  }>;
  patience(minutes: number): Patience;
}

/** A rule for the events of Secrets Manager and a queue that gets them, from now on. */
export async function openEventInbox(host: EventHost): Promise<EventInbox> {
  const { clients, prefix, partition, region, accountId } = host;
  const name = host.name();
  const inbox = await host.inbox(name);
  const secret = `arn:${partition}:secretsmanager:${region}:${accountId}:secret:${prefix}`;
  await letEventBridgeSend(clients, inbox);
  const patterns = {
    labels: { resources: [{ prefix: secret }] },
    rotations: { detail: { additionalEventData: { SecretId: [{ prefix: secret }] } } },
  };
  for (const [suffix, pattern] of Object.entries(patterns)) {
    const Rule = `${name}-${suffix}`;
    const EventPattern = JSON.stringify({ source: ["aws.secretsmanager"], ...pattern });
    await clients.events.send(new PutRuleCommand({ Name: Rule, EventPattern }));
    const Targets = [{ Id: TARGET, Arn: inbox.arn }];
    await clients.events.send(new PutTargetsCommand({ Rule, Targets }));
  }
  const events = new EventInbox(inbox, host.patience(5));
  await untilEventsCome(host, events);
  return events;
}

/** A new rule misses the events of its first seconds. */
async function untilEventsCome(host: EventHost, inbox: EventInbox): Promise<void> {
  const { name: SecretId, arn, version } = await host.createSecret();
  const label = { SecretId, VersionStage: "PROBE" };
  const move = (to: object) =>
    host.clients.secrets.send(new UpdateSecretVersionStageCommand({ ...label, ...to }));
  await eventually("the first event", host.patience(5), async () => {
    await move({ MoveToVersionId: version });
    await move({ RemoveFromVersionId: version });
    return (await inbox.of({ arn })).length > 0;
  });
}

/** Lets rules of this account send to the queue. */
export async function letEventBridgeSend({ sqs }: Clients, { url, arn }: Inbox): Promise<void> {
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: arn,
      },
    ],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
}

export class EventInbox {
  readonly #inbox: Inbox;
  readonly #patience: Patience;

  constructor(inbox: Inbox, patience: Patience) {
    this.#inbox = inbox;
    this.#patience = patience;
  }

  /** Everything that came for this secret, in the order of its time. */
  async of({ arn }: { arn: string }): Promise<readonly SeenEvent[]> {
    const all = await this.#inbox.all<SeenEvent>();
    return all.filter((event) => secretOf(event) === arn);
  }

  /** Waits for an event of this secret that fits. */
  seen(secret: { arn: string }, what: string, fits: (event: SeenEvent) => boolean) {
    return eventually(what, this.#patience, async () => (await this.of(secret)).find(fits));
  }

  /** Waits for an event by way of the trail, such as RotationSucceeded. */
  named(secret: { arn: string }, eventName: string): Promise<SeenEvent> {
    return this.seen(secret, eventName, ({ detail }) => detail["eventName"] === eventName);
  }
}

function secretOf({ resources, detail }: SeenEvent): unknown {
  const { SecretId } = (detail["additionalEventData"] ?? {}) as { SecretId?: unknown };
  return SecretId ?? resources[0];
}
