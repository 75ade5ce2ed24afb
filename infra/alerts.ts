import { relayFunction } from "../lib/alerts/bus.ts";
import { type Resource, type Resources, ref, type Value } from "./cloudformation.ts";
import { type Deployment, deployedName, functionId } from "./deployment.ts";

const relay = { "Fn::GetAtt": [functionId(relayFunction), "Arn"] };

/** The topic that on-call hears from, its key, who passes alerts on to the event bus, and the first to be subscribed. */
export function alerts(deployment: Deployment): Resources {
  const { alertEmail } = deployment;
  return {
    AlertKey: {
      Type: "AWS::KMS::Key",
      Properties: {
        Description: `Encrypts the alerts of ${deployedName(deployment, "alerts")}`,
        EnableKeyRotation: true,
        KeyPolicy: keyPolicy,
      },
    },
    AlertTopic: {
      Type: "AWS::SNS::Topic",
      Properties: {
        TopicName: deployedName(deployment, "alerts"),
        KmsMasterKeyId: ref("AlertKey"),
      },
    },
    AlertTopicPolicy: topicPolicy,
    RelaySubscription: {
      Type: "AWS::SNS::Subscription",
      Properties: { TopicArn: ref("AlertTopic"), Protocol: "lambda", Endpoint: relay },
    },
    RelayPermission: {
      Type: "AWS::Lambda::Permission",
      Properties: {
        FunctionName: relay,
        Action: "lambda:InvokeFunction",
        Principal: "sns.amazonaws.com",
        SourceArn: ref("AlertTopic"),
      },
    },
    ...(alertEmail && {
      AlertSubscription: {
        Type: "AWS::SNS::Subscription",
        Properties: { TopicArn: ref("AlertTopic"), Protocol: "email", Endpoint: alertEmail },
      },
    }),
  };
}

/**
 * "*" is the key itself in a key's own policy. With the key that AWS manages for SNS, CloudWatch could not publish (SNS
 * developer guide, "Key management"); the topic's policy limits which account's alarms may.
 */
const keyPolicy: Value = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "RolesOfThisAccountByTheirPolicies",
      Effect: "Allow",
      Principal: { AWS: { "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" } },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "Alarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
    },
  ],
};

/** Roles of this account publish by their own policies; of the services only this account's alarms do. */
const topicPolicy: Resource = {
  Type: "AWS::SNS::TopicPolicy",
  Properties: {
    Topics: [ref("AlertTopic")],
    PolicyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Alarms",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: ref("AlertTopic"),
          Condition: { StringEquals: { "aws:SourceAccount": ref("AWS::AccountId") } },
        },
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "sns:Publish",
          Resource: ref("AlertTopic"),
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    },
  },
};
