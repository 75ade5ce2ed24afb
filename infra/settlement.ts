import { logicalId, type Resource, type Resources, ref, type Value } from "./cloudformation.ts";
import { type Deployment, deployedName, functionId } from "./deployment.ts";
import { settlementRules, type When } from "./events.ts";
import { functions } from "./functions.ts";

/** In seconds: events of one rotation are handled together, after Secrets Manager has recorded its end. */
const delay = 15;

/**
 * In seconds. While a failed message is hidden its group, and so all of settlement, stands still. Lambda's guide
 * advises six times the function's timeout for functions that are throttled by their own concurrency; one group
 * has one invocation at a time, so that would only make half an hour of every failure.
 */
const spare = 60;

export const settlementTiming = {
  delaySeconds: delay,
  visibilitySeconds: functions.settle.timeout + spare,
} as const;

/** How often a message is delivered before it goes to the dead letters. */
const receives = 5;

/** Rules → FIFO queue → settle. One message group, so that no two invocations run at once; no concurrency is reserved. */
export function settlement(deployment: Deployment): Resources {
  const rules = settlementRules(deployment);
  return {
    SettlementDeadLetters: queue(deployedName(deployment, "settle-dead.fifo"), {
      MessageRetentionPeriod: 14 * 24 * 3600,
    }),
    SettlementQueue: queue(deployedName(deployment, "settle.fifo"), {
      DelaySeconds: delay,
      VisibilityTimeout: settlementTiming.visibilitySeconds,
      RedrivePolicy: {
        deadLetterTargetArn: { "Fn::GetAtt": ["SettlementDeadLetters", "Arn"] },
        maxReceiveCount: receives,
      },
    }),
    SettlementQueuePolicy: queuePolicy(Object.keys(rules)),
    ...Object.fromEntries(
      Object.entries(rules).map(([name, when]) => [
        ruleId(name),
        rule(deployedName(deployment, name), when),
      ]),
    ),
    SettlementMapping: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: {
        EventSourceArn: { "Fn::GetAtt": ["SettlementQueue", "Arn"] },
        FunctionName: ref(functionId("settle")),
        BatchSize: 10,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      },
    },
  };
}

export const ruleId = (name: string) => `${logicalId(name)}Rule`;

const queue = (name: string, properties: Readonly<Record<string, Value>>): Resource => ({
  Type: "AWS::SQS::Queue",
  Properties: {
    QueueName: name,
    FifoQueue: true,
    ContentBasedDeduplication: true,
    SqsManagedSseEnabled: true,
    ...properties,
  },
});

const rule = (name: string, when: When): Resource => ({
  Type: "AWS::Events::Rule",
  Properties: {
    Name: name,
    ...when,
    Targets: [
      {
        Id: "queue",
        Arn: { "Fn::GetAtt": ["SettlementQueue", "Arn"] },
        SqsParameters: { MessageGroupId: "settlement" },
      },
    ],
  },
});

const queuePolicy = (rules: readonly string[]): Resource => ({
  Type: "AWS::SQS::QueuePolicy",
  Properties: {
    Queues: [ref("SettlementQueue")],
    PolicyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Rules",
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: { "Fn::GetAtt": ["SettlementQueue", "Arn"] },
          Condition: {
            ArnEquals: {
              "aws:SourceArn": rules.map((name) => ({
                "Fn::GetAtt": [ruleId(name), "Arn"],
              })),
            },
          },
        },
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: { "Fn::GetAtt": ["SettlementQueue", "Arn"] },
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    },
  },
});
