import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsResultEntry,
} from "@aws-sdk/client-eventbridge";
import { type EventBus, eventSource } from "../alerts/bus.ts";
import { AwsCallFailed } from "../aws-call-failed.ts";
import { onDemand } from "../on-demand.ts";
import { callAws } from "./failures.ts";

/** In the account and Region of the environment; the SDK retries throttled calls. */
export const eventBridgeBus = (): EventBus =>
  new EventBridgeBus(onDemand(() => new EventBridgeClient({})));

const [call, on] = ["events:PutEvents", "the default event bus"];

class EventBridgeBus implements EventBus {
  readonly #client: () => EventBridgeClient;

  constructor(client: () => EventBridgeClient) {
    this.#client = client;
  }

  async put(DetailType: string, detail: object, signal: AbortSignal): Promise<void> {
    const entry = { Source: eventSource, DetailType, Detail: JSON.stringify(detail) };
    const command = new PutEventsCommand({ Entries: [entry] });
    const { FailedEntryCount = 0, Entries = [] } = await callAws(call, on, signal, (options) =>
      this.#client().send(command, options),
    );
    if (FailedEntryCount > 0) throw refusal(Entries[0]);
  }
}

/** A request that succeeds may hold an entry that does not (API reference, PutEventsResultEntry). */
function refusal({ ErrorCode = "an unknown error" }: PutEventsResultEntry = {}): AwsCallFailed {
  const retryable = /^(Internal|Throttling)/.test(ErrorCode);
  const remedy = retryable
    ? "Quarterturn retries this; if it persists, check the quota of PutEvents."
    : `Allow ${call} on the default event bus for the source ${eventSource} in the function's role, and check the bus and its key.`;
  return new AwsCallFailed(call, on, { failure: ErrorCode, retryable, remedy });
}
