import type { Activity } from "../activity.ts";
import type { Operations } from "../call.ts";
import { type Deliver, EventBus } from "./bus.ts";
import { putEvents } from "./put-events.ts";
import { RuleTable } from "./rule-table.ts";
import { ruleOperations } from "./rules.ts";
import { targetOperations } from "./targets.ts";

export interface EventBridge {
  operations: Operations;
  bus: EventBus;
}

/**
 * Amazon EventBridge, in memory: the default bus with its rules (test: events.contract).
 * Schedules are stored and shown; `bus.tick` runs one.
 */
export function eventBridge(
  account: { region: string; accountId: string },
  deliver: Deliver,
  activity: Activity,
): EventBridge {
  const rules = new RuleTable(account);
  const bus = new EventBus(account, rules, deliver, activity);
  const operations = {
    ...ruleOperations(rules),
    ...targetOperations(rules),
    PutEvents: putEvents(bus, account),
  };
  return { operations, bus };
}
