import {
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  paginateListClusters,
  paginateListServices,
  paginateListTaskDefinitions,
  paginateListTasks,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { retriedWhile } from "../eventually.ts";
import { begins, collect, type Leftovers } from "./kind.ts";

/** With their services and tasks. */
export const clusters: Leftovers = {
  kind: "ECS cluster",
  find: async ({ ecs }, prefix) =>
    (
      await collect(paginateListClusters({ client: ecs }, {}), (page) => page.clusterArns ?? [])
    ).filter(begins(prefix)),
  async remove({ ecs }, cluster) {
    for await (const { serviceArns = [] } of paginateListServices({ client: ecs }, { cluster })) {
      for (const service of serviceArns) {
        await ecs.send(new DeleteServiceCommand({ cluster, service, force: true }));
      }
    }
    for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, { cluster })) {
      for (const task of taskArns) await ecs.send(new StopTaskCommand({ cluster, task }));
    }
    // Tasks need a while to stop.
    await retriedWhile("ClusterContainsTasksException", { within: 180_000, every: 3000 }, () =>
      ecs.send(new DeleteClusterCommand({ cluster })),
    );
  },
};

export const definitions: Leftovers = {
  kind: "ECS task definition",
  async find({ ecs }, prefix) {
    const found = await Promise.all(
      (["ACTIVE", "INACTIVE"] as const).map((status) =>
        collect(
          paginateListTaskDefinitions({ client: ecs }, { status }),
          (page) => page.taskDefinitionArns ?? [],
        ),
      ),
    );
    return found.flat().filter((arn) => begins(prefix)(arn.split("/").at(-1) ?? ""));
  },
  async remove({ ecs }, taskDefinition) {
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
    await ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [taskDefinition] }));
  },
};
