import {
  CreateStackCommand,
  DeleteStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from "@aws-sdk/client-cloudformation";
import { expect } from "vitest";
import { secretsApi, topic } from "./fact.ts";

const source =
  "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-secretsmanager-rotationschedule.html";

topic("A RotationSchedule of CloudFormation", (fact) => {
  fact(
    "it takes a secret outside its stack by name, rotates nothing with RotateImmediatelyOnUpdate off, and goes with the stack",
    { source, only: ["account", "the stand-in has no CloudFormation"], minutes: 15 },
    async (account) => {
      const { cloudformation: client } = account.clients;
      const { name, version } = await account.createSecret();
      const schedule = {
        Type: "AWS::SecretsManager::RotationSchedule",
        Properties: {
          SecretId: name,
          RotationLambdaARN: await account.rotator(),
          RotationRules: { ScheduleExpression: "rate(90 days)" },
          RotateImmediatelyOnUpdate: false,
        },
      };
      const StackName = account.name();
      const TemplateBody = JSON.stringify({ Resources: { Schedule: schedule } });
      await client.send(new CreateStackCommand({ StackName, TemplateBody }));
      await waitUntilStackCreateComplete({ client, maxWaitTime: 300 }, { StackName });
      const scheduled = await account.describe(name);
      expect(scheduled.RotationEnabled).toBe(true);
      expect(scheduled.RotationRules).toMatchObject({ ScheduleExpression: "rate(90 days)" });
      expect(scheduled).not.toHaveProperty("LastRotatedDate");
      expect(scheduled.VersionIdsToStages?.[version]).toEqual(["AWSCURRENT"]);
      await client.send(new DeleteStackCommand({ StackName }));
      await waitUntilStackDeleteComplete({ client, maxWaitTime: 300 }, { StackName });
      const { RotationEnabled } = await account.describe(name);
      return `RotationEnabled is ${RotationEnabled} once the stack is gone`;
    },
  );
});

topic("A schedule that is set without a rotation", (fact) => {
  fact(
    "DescribeSecret shows it as it was set, without a Duration where none was given",
    { source: secretsApi("DescribeSecret"), minutes: 5 },
    async (account) => {
      const { name } = await account.createSecret();
      const RotationLambdaARN = await account.rotator();
      const RotationRules = { ScheduleExpression: "rate(90 days)" };
      await account.rotations.start(name, {
        RotationLambdaARN,
        RotationRules,
        RotateImmediately: false,
      });
      const described = await account.describe(name);
      expect(described).toMatchObject({ RotationEnabled: true, RotationLambdaARN, RotationRules });
      expect(described.RotationRules).not.toHaveProperty("Duration");
    },
  );
});
