import {
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { expect } from "vitest";
import { letEventBridgeSend, type SeenEvent, TARGET } from "../../lab/conformance/event-inbox.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { createRole, openSession } from "../../lab/conformance/session.ts";
import { cluster, definition, describe, ecsApi, service } from "./ecs.ts";
import { topic } from "./fact.ts";

topic("A deployment of ECS", (fact) => {
  fact(
    "a forced one is allowed where ecs:task-definition must be absent, and another task definition or a shell is not",
    {
      source:
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html",
      only: ["account", "the stand-in denies nothing"],
      needs: "subnets",
      minutes: 7,
    },
    async (account) => {
      const at = await service(account, "ECS");
      const [role, other] = [await createRole(account), await definition(account, account.name())];
      const { ecs } = await openSession(account, role, [
        {
          Effect: "Allow",
          Action: "ecs:UpdateService",
          Resource: "*",
          Condition: {
            Null: { "ecs:task-definition": "true" },
            BoolIfExists: { "ecs:enable-execute-command": "false" },
          },
        },
      ]);
      const force = new UpdateServiceCommand({ ...at, forceNewDeployment: true });
      await eventually("the rights of the role", account.patience(2), () =>
        ecs.send(force).catch(() => undefined),
      );
      for (const more of [{ taskDefinition: other }, { enableExecuteCommand: true }])
        await expect(
          ecs.send(new UpdateServiceCommand({ ...at, forceNewDeployment: true, ...more })),
        ).rejects.toMatchObject({ name: "AccessDeniedException" });
    },
  );

  fact(
    "a forced one has an id of its own, the task definition that it had, and succeeds at once where no task is wanted",
    { source: ecsApi("UpdateService"), needs: "subnets", minutes: 7 },
    async (account) => {
      const { ecs } = account.clients;
      const at = await service(account, "ECS");
      const before = await describe(account, at);
      const forced = await ecs.send(new UpdateServiceCommand({ ...at, forceNewDeployment: true }));
      expect(forced.service?.taskDefinition).toBe(before?.taskDefinition);
      expect(forced.service?.deployments?.[0]?.id).not.toBe(before?.deployments?.[0]?.id);
      const list = () => ecs.send(new ListServiceDeploymentsCommand(at));
      const [newest, ...older] = await eventually("success", account.patience(5), async () => {
        const { serviceDeployments = [] } = await list();
        const isDone = serviceDeployments[0]?.status === "SUCCESSFUL";
        return isDone && serviceDeployments.length >= 2 && serviceDeployments;
      });
      expect(newest?.createdAt).toBeInstanceOf(Date);
      for (const { createdAt } of older) {
        expect(Number(createdAt)).toBeLessThanOrEqual(Number(newest?.createdAt));
      }
      const after = await describe(account, at);
      expect(after?.deployments).toMatchObject([{ status: "PRIMARY", rolloutState: "COMPLETED" }]);
      return `currentServiceDeployment ${after?.currentServiceDeployment ? "stays" : "is not there"} afterwards`;
    },
  );

  fact(
    "a service of the EXTERNAL controller cannot be forced",
    { source: ecsApi("UpdateService") },
    async (account) => {
      const at = await service(account, "EXTERNAL");
      const force = new UpdateServiceCommand({ ...at, forceNewDeployment: true });
      await expect(account.clients.ecs.send(force)).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
      const list = new ListServiceDeploymentsCommand(at);
      return account.clients.ecs.send(list).then(
        ({ serviceDeployments = [] }) =>
          `ListServiceDeployments lists ${serviceDeployments.length} for it`,
        ({ name }: Error) => `ListServiceDeployments is refused for it: ${name}`,
      );
    },
  );
});

topic("Services of ECS", (fact) => {
  fact(
    "DescribeServices takes ten at most, and names those that are not there",
    { source: ecsApi("DescribeServices") },
    async (account) => {
      const at = { cluster: await cluster(account, account.name()) };
      const services = Array.from({ length: 11 }, () => account.name());
      const { ecs } = account.clients;
      await expect(
        ecs.send(new DescribeServicesCommand({ ...at, services })),
      ).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
      const one = await ecs.send(
        new DescribeServicesCommand({ ...at, services: services.slice(1) }),
      );
      expect(one.services).toEqual([]);
      expect(new Set(one.failures?.map(({ reason }) => reason))).toEqual(new Set(["MISSING"]));
    },
  );

  fact(
    "a deployment that is over is told to EventBridge, with the service",
    {
      source:
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html",
      needs: "subnets",
      minutes: 10,
    },
    async (account) => {
      const { clients } = account;
      const inbox = await account.inbox();
      await letEventBridgeSend(clients, inbox);
      const Rule = account.name();
      const EventPattern = JSON.stringify({
        source: ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        detail: { eventName: ["SERVICE_DEPLOYMENT_COMPLETED"] },
      });
      await clients.events.send(new PutRuleCommand({ Name: Rule, EventPattern }));
      const Targets = [{ Id: TARGET, Arn: inbox.arn }];
      await clients.events.send(new PutTargetsCommand({ Rule, Targets }));
      const at = await service(account, "ECS");
      // A new rule misses the events of its first seconds.
      await eventually("an event of the service", account.patience(8), async () => {
        const { serviceArn, deployments } = (await describe(account, at)) ?? {};
        const told = await inbox.all<SeenEvent>();
        if (told.some(({ resources }) => resources[0] === serviceArn)) return true;
        if (deployments?.[0]?.rolloutState === "COMPLETED")
          await clients.ecs.send(new UpdateServiceCommand({ ...at, forceNewDeployment: true }));
        return undefined;
      });
    },
  );
});
