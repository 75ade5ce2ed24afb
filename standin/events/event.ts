import { randomUUID } from "node:crypto";

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overview-event-structure.html */
export interface AwsEvent {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  /** ISO 8601, whole seconds. */
  time: string;
  region: string;
  resources: readonly string[];
  detail: Readonly<Record<string, unknown>>;
}

/** An event as a service sends it; the bus fills in what is missing. */
export type ServiceEvent = Pick<AwsEvent, "detail-type" | "source" | "resources" | "detail"> &
  Partial<AwsEvent>;

export function completeEvent(
  event: ServiceEvent,
  account: { region: string; accountId: string },
): AwsEvent {
  return {
    version: "0",
    id: randomUUID(),
    account: account.accountId,
    time: isoSeconds(Date.now()),
    region: account.region,
    ...event,
  };
}

export function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -5)}Z`;
}
