import { setImmediate as turn } from "node:timers/promises";
import type { Activity } from "../activity.ts";
import { type AwsEvent, completeEvent, type ServiceEvent } from "./event.ts";
import { matches } from "./pattern.ts";
import type { Rule, RuleTable, Target } from "./rule-table.ts";

/**
 * Replaces an event on its way to the rules: by no event to drop it, by several to duplicate it, by a
 * promise to delay it while others pass.
 */
export type EventInterceptor = (
  event: AwsEvent,
) => readonly AwsEvent[] | Promise<readonly AwsEvent[]>;

/** Delivers an event to a target. Throws the error of the target's service. */
export type Deliver = (target: Target, event: AwsEvent) => void;

export interface Undelivered {
  event: AwsEvent;
  targetArn: string;
  reason: string;
}

/** The default event bus. Delivery is asynchronous, and in order unless interceptors delay events. */
export class EventBus implements Disposable {
  /** Events that could not be delivered. AWS retries for a day and then drops them. */
  readonly undelivered: Undelivered[] = [];
  readonly #account: { region: string; accountId: string };
  readonly #rules: RuleTable;
  readonly #deliver: Deliver;
  readonly #activity: Activity;
  readonly #interceptors = new Set<EventInterceptor>();
  #isClosed = false;

  constructor(
    account: { region: string; accountId: string },
    rules: RuleTable,
    deliver: Deliver,
    activity: Activity,
  ) {
    this.#account = account;
    this.#rules = rules;
    this.#deliver = deliver;
    this.#activity = activity;
  }

  emit(event: ServiceEvent): void {
    void this.#send(completeEvent(event, this.#account), ({ pattern, definition }, sent) => {
      return definition.State === "ENABLED" && pattern !== undefined && matches(pattern, sent);
    });
  }

  /** Runs the schedule of this rule once. Throws ResourceNotFoundException. */
  tick(ruleName: string): void {
    const { arn } = this.#rules.find(ruleName);
    const event = {
      "detail-type": "Scheduled Event",
      source: "aws.events",
      resources: [arn],
      detail: {},
    };
    void this.#send(
      completeEvent(event, this.#account),
      (rule) => rule.definition.State === "ENABLED" && rule.arn === arn,
    );
  }

  /** Until disposed of. */
  intercept(interceptor: EventInterceptor): Disposable {
    this.#interceptors.add(interceptor);
    return { [Symbol.dispose]: () => void this.#interceptors.delete(interceptor) };
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
  }

  async #send(event: AwsEvent, triggers: (rule: Rule, event: AwsEvent) => boolean): Promise<void> {
    using _ = this.#activity.begin();
    await turn();
    for (const each of await this.#intercepted(event)) {
      if (this.#isClosed) return;
      const rules = this.#rules.all().filter((rule) => triggers(rule, each));
      for (const target of rules.flatMap(({ targets }) => [...targets.values()])) {
        this.#hand(target, each);
      }
    }
  }

  async #intercepted(event: AwsEvent): Promise<readonly AwsEvent[]> {
    let events: readonly AwsEvent[] = [event];
    for (const interceptor of [...this.#interceptors]) {
      events = (await Promise.all(events.map(interceptor))).flat();
    }
    return events;
  }

  #hand(target: Target, event: AwsEvent): void {
    try {
      this.#deliver(target, event);
    } catch (error) {
      this.undelivered.push({ event, targetArn: target.Arn, reason: String(error) });
    }
  }
}
