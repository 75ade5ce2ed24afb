import { randomUUID } from "node:crypto";
import {
  DescribeTasksCommand,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { expect } from "vitest";
import { eventually } from "../../lab/conformance/eventually.ts";
import { cluster, definition, ecsApi, executionRole, exitCode } from "./ecs.ts";
import { topic } from "./fact.ts";

topic("Tasks of ECS", (fact) => {
  fact(
    "ListTasks shows RUNNING ones by default, and a task that is still stopping under STOPPED alone; createdAt comes before startedAt",
    { source: ecsApi("ListTasks"), needs: "subnets", minutes: 10 },
    async (account) => {
      const { ecs } = account.clients;
      const name = account.name();
      const at = { cluster: await cluster(account, name) };
      const subnets = [...(account.settings?.subnets ?? [])];
      const started = await ecs.send(
        new RunTaskCommand({
          ...at,
          taskDefinition: await definition(account, name),
          launchType: "FARGATE",
          networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" } },
        }),
      );
      const task = started.tasks?.[0]?.taskArn ?? "";
      const describeTask = async () =>
        (await ecs.send(new DescribeTasksCommand({ ...at, tasks: [task] }))).tasks?.[0];
      const running = await eventually("a task that runs", account.patience(5), async () => {
        const described = await describeTask();
        return described?.lastStatus === "RUNNING" && described;
      });
      expect(Number(running.createdAt)).toBeLessThan(Number(running.startedAt));
      const list = async (desiredStatus?: "STOPPED") =>
        (await ecs.send(new ListTasksCommand({ ...at, ...(desiredStatus && { desiredStatus }) })))
          .taskArns;
      expect(await list()).toEqual([task]);
      await ecs.send(new StopTaskCommand({ ...at, task }));
      expect(await list("STOPPED")).toEqual([task]);
      expect(await list()).toEqual([]);
      return `right after StopTask it is ${(await describeTask())?.lastStatus}`;
    },
  );

  fact(
    "a task has the value that the secret has when it starts, by ARN and by key",
    {
      source:
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html",
      needs: "subnets",
      minutes: 15,
    },
    async (account) => {
      const { secrets } = account.clients;
      const text = (value: string) => JSON.stringify({ key: value });
      const { name: SecretId, arn } = await account.createSecret(text("one"));
      const taskDefinition = await definition(account, account.name(), {
        executionRoleArn: await executionRole(account),
        secrets: [
          { name: "WHOLE", valueFrom: arn },
          { name: "KEY", valueFrom: `${arn}:key::` },
        ],
      });
      const at = { cluster: await cluster(account, account.name()) };
      const hasAtStart = (value: string) =>
        exitCode(account, at, taskDefinition, [
          "sh",
          "-c",
          `test "$WHOLE" = '${text(value)}' -a "$KEY" = '${value}'`,
        ]);
      expect(await hasAtStart("one")).toBe(0);
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: text("two") }));
      expect(await hasAtStart("two")).toBe(0);
      expect(await hasAtStart("one")).toBe(1);
    },
  );

  fact(
    "DescribeTasks takes 100 at most, and names those that are not there",
    { source: ecsApi("DescribeTasks") },
    async (account) => {
      const at = { cluster: await cluster(account, account.name()) };
      const tasks = Array.from({ length: 101 }, () => randomUUID().replaceAll("-", ""));
      const { ecs } = account.clients;
      await expect(ecs.send(new DescribeTasksCommand({ ...at, tasks }))).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
      const one = await ecs.send(new DescribeTasksCommand({ ...at, tasks: tasks.slice(1) }));
      expect(one.tasks).toEqual([]);
      expect(new Set(one.failures?.map(({ reason }) => reason))).toEqual(new Set(["MISSING"]));
    },
  );
});
