import { z } from "zod";
import type { Operations } from "../call.ts";
import { invalid, operation } from "./operation.ts";
import type { RuleTable } from "./rule-table.ts";
import { ruleName } from "./rules.ts";
import { checkTransformer } from "./transform.ts";

const MAX_ENTRIES = 10;
/** "Each rule can have up to five (5) targets" (API_PutTargets) */
const MAX_TARGETS = 5;

const targetId = z.string().regex(/^[\w.-]{1,64}$/, "it must match [\\.\\-_A-Za-z0-9]+");
const transformer = z.object({
  InputPathsMap: z
    .record(z.string().regex(/^[\w-]{1,256}$/), z.string().max(256))
    .refine((paths) => Object.keys(paths).length <= 100, "at most 100")
    .default({}),
  InputTemplate: z.string().min(1).max(8192),
});
const absent = z.undefined("the stand-in does not know this parameter").optional();

/** Pages: https://docs.aws.amazon.com/eventbridge/latest/APIReference/ */
export function targetOperations(rules: RuleTable): Operations {
  return {
    PutTargets: putTargets(rules),
    RemoveTargets: operation(
      z.object({ Rule: ruleName, Ids: z.array(targetId).min(1).max(100) }),
      ({ Rule, Ids }) => {
        const { targets } = rules.find(Rule);
        for (const id of Ids) targets.delete(id);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
  };
}

/** API_PutTargets: queues, topics and functions. Targets get the whole event, or what a transformer makes of it. */
function putTargets(rules: RuleTable) {
  const target = z.object({
    Id: targetId,
    Arn: z.string().regex(/^arn:aws:(sqs|sns|lambda):/, "it must be a queue, topic or function"),
    SqsParameters: z.object({ MessageGroupId: z.string().min(1).max(128) }).optional(),
    Input: absent,
    InputPath: absent,
    InputTransformer: transformer.optional(),
    DeadLetterConfig: absent,
  });
  const shape = z.object({ Rule: ruleName, Targets: z.array(target).min(1).max(MAX_ENTRIES) });
  return operation(shape, ({ Rule, Targets }) => {
    const { targets } = rules.find(Rule);
    for (const { Id, Arn, SqsParameters, InputTransformer } of Targets) {
      if (InputTransformer) checkTransformer(InputTransformer);
      if (Arn.endsWith(".fifo") && Arn.startsWith("arn:aws:sqs:") && SqsParameters === undefined) {
        throw invalid(`Parameter(s) SqsParameters must be specified for target: ${Id}.`);
      }
    }
    const ids = new Set([...targets.keys(), ...Targets.map(({ Id }) => Id)]);
    if (ids.size > MAX_TARGETS) {
      throw invalid("The requested resource exceeds the maximum number allowed.");
    }
    for (const each of Targets) targets.set(each.Id, each);
    return { FailedEntryCount: 0, FailedEntries: [] };
  });
}
