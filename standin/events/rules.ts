import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { invalid, operation } from "./operation.ts";
import { parsePattern } from "./pattern.ts";
import type { Rule, RuleTable } from "./rule-table.ts";

const PAGE_SIZE = 100;

export const ruleName = z.string().regex(/^[\w.-]{1,64}$/, "it must match [\\.\\-_A-Za-z0-9]+");

/** The default bus by its name or ARN. Throws ResourceNotFoundException for any other. */
export const defaultBus = z
  .string()
  .optional()
  .transform((bus) => {
    if (bus === undefined || /^(arn:.*:event-bus\/)?default$/.test(bus)) return "default";
    throw new AwsError("ResourceNotFoundException", `Event bus ${bus} does not exist.`);
  });

/** Pages: https://docs.aws.amazon.com/eventbridge/latest/APIReference/ */
export function ruleOperations(rules: RuleTable): Operations {
  const named = z.object({ Name: ruleName, EventBusName: defaultBus });
  return {
    PutRule: putRule(rules),
    DescribeRule: operation(named, ({ Name }) => described(rules.find(Name))),
    ListRules: listRules(rules),
    DeleteRule: operation(named, ({ Name }) => {
      const rule = rules.all().find(({ name }) => name === Name);
      if (rule && rule.targets.size > 0) {
        throw invalid("Rule can't be deleted since it has targets.");
      }
      rules.remove(Name);
      return {};
    }),
  };
}

/** API_PutRule: replaces all of an earlier rule. */
function putRule(rules: RuleTable) {
  const shape = z.object({
    Name: ruleName,
    EventBusName: defaultBus,
    EventPattern: z.string().max(4096).optional(),
    ScheduleExpression: z.string().max(256).optional(),
    State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
    Description: z.string().max(512).optional(),
    RoleArn: z.string().max(1600).optional(),
  });
  return operation(shape, ({ Name, EventBusName: _, ...definition }) => {
    const { EventPattern, ScheduleExpression } = definition;
    if (EventPattern === undefined && ScheduleExpression === undefined) {
      throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
    }
    if (ScheduleExpression !== undefined && !isSchedule(ScheduleExpression)) {
      throw invalid("Parameter ScheduleExpression is not valid.");
    }
    const pattern = EventPattern === undefined ? undefined : parsePattern(EventPattern);
    return { RuleArn: rules.put(Name, definition, pattern).arn };
  });
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
function isSchedule(expression: string): boolean {
  const [, count, plural] = /^rate\(([1-9]\d*) (?:minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  if (count !== undefined) return (count === "1") === (plural === "");
  return /^cron\(\S+( \S+){5}\)$/.test(expression);
}

/** API_ListRules */
function listRules(rules: RuleTable) {
  const shape = z.object({
    NamePrefix: z.string().default(""),
    EventBusName: defaultBus,
    Limit: z.int().min(1).max(PAGE_SIZE).default(PAGE_SIZE),
    NextToken: z.string().regex(/^\d+$/).default("0"),
  });
  return operation(shape, ({ NamePrefix, Limit, NextToken }) => {
    const all = rules.all().filter(({ name }) => name.startsWith(NamePrefix));
    const end = Number(NextToken) + Limit;
    return {
      Rules: all.slice(Number(NextToken), end).map(described),
      ...(end < all.length && { NextToken: String(end) }),
    };
  });
}

function described({ name, arn, definition }: Rule): object {
  return { Name: name, Arn: arn, EventBusName: "default", ...definition };
}
