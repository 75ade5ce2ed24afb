import { z } from "zod";
import { AwsError, invalidParameter } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation } from "../secrets-manager/operation.ts";
import {
  type Cluster,
  type ClusterTable,
  findService,
  newNumber,
  newServiceDeploymentId,
} from "./cluster-table.ts";
import type { TaskDefinitions } from "./definition-table.ts";
import type { Service, TaskDefinition } from "./model.ts";
import { type Announce, begin } from "./rollout.ts";
import type { Scheduler } from "./scheduler.ts";
import { serviceDescription } from "./service-descriptions.ts";

const DEFAULT_CONFIGURATION = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  deploymentCircuitBreaker: { enable: false, rollback: false },
};

const deploymentConfiguration = z.object({
  minimumHealthyPercent: z.int().min(0).max(100).optional(),
  maximumPercent: z.int().min(100).optional(),
  deploymentCircuitBreaker: z.object({ enable: z.boolean(), rollback: z.boolean() }).optional(),
});

/** What the operations on services need. */
export interface ServiceContext {
  clusters: ClusterTable;
  definitions: TaskDefinitions;
  scheduler: Scheduler;
  announce: Announce;
}

export function serviceOperations(context: ServiceContext): Operations {
  return {
    CreateService: createService(context),
    UpdateService: updateService(context),
    DeleteService: deleteService(context),
  };
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html, without load
 * balancers and networks. A task definition given with the EXTERNAL controller stands for what
 * CreateTaskSet would be called with.
 */
function createService({ clusters, definitions, scheduler, announce }: ServiceContext) {
  const shape = z.object({
    cluster: z.string().optional(),
    serviceName: z.string().regex(/^[\w-]{1,255}$/),
    taskDefinition: z.string().optional(),
    desiredCount: z.int().min(0).default(0),
    schedulingStrategy: z.literal("REPLICA").optional(),
    deploymentController: z
      .object({ type: z.enum(["ECS", "CODE_DEPLOY", "EXTERNAL"]) })
      .default({ type: "ECS" }),
    deploymentConfiguration: deploymentConfiguration.default({}),
  });
  return operation(shape, (input) => {
    const cluster = clusters.find(input.cluster);
    const { serviceName: name, desiredCount } = input;
    const controller = input.deploymentController.type;
    refuseExisting(cluster, name);
    if (input.taskDefinition === undefined && controller !== "EXTERNAL") {
      throw invalidParameter("TaskDefinition can not be blank.");
    }
    const definition = input.taskDefinition && definitions.findActive(input.taskDefinition);
    const service: Service = {
      arn: clusters.arn("service", cluster.name, name),
      clusterArn: cluster.arn,
      name,
      controller,
      desiredCount,
      status: "ACTIVE",
      createdAt: Date.now(),
      configuration: configured(DEFAULT_CONFIGURATION, input.deploymentConfiguration),
      replaced: [],
      history: [],
    };
    cluster.services.set(name, service);
    if (definition) deploy(clusters, cluster, service, definition, announce);
    scheduler.touch(cluster, service);
    return { service: serviceDescription(cluster, service) };
  });
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html: another task
 * definition or forceNewDeployment begins a deployment, the other changes do not.
 */
function updateService({ clusters, definitions, scheduler, announce }: ServiceContext) {
  const shape = z.object({
    cluster: z.string().optional(),
    service: z.string(),
    desiredCount: z.int().min(0).optional(),
    taskDefinition: z.string().optional(),
    forceNewDeployment: z.boolean().default(false),
    deploymentConfiguration: deploymentConfiguration.default({}),
  });
  return operation(shape, (input) => {
    const cluster = clusters.find(input.cluster);
    const service = findService(cluster, input.service);
    requireActive(service);
    refuseToDeploy(service, input);
    const running = service.primary?.taskDefinition;
    const definition = input.taskDefinition
      ? definitions.findActive(input.taskDefinition)
      : running;
    service.desiredCount = input.desiredCount ?? service.desiredCount;
    service.configuration = configured(service.configuration, input.deploymentConfiguration);
    if (definition && (input.forceNewDeployment || definition !== running)) {
      deploy(clusters, cluster, service, definition, announce);
    }
    scheduler.touch(cluster, service);
    return { service: serviceDescription(cluster, service) };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html */
function deleteService({ clusters, scheduler }: ServiceContext) {
  const shape = z.object({
    cluster: z.string().optional(),
    service: z.string(),
    force: z.boolean().default(false),
  });
  return operation(shape, (input) => {
    const cluster = clusters.find(input.cluster);
    const service = findService(cluster, input.service);
    requireActive(service);
    if (service.desiredCount > 0 && !input.force) {
      throw invalidParameter("The service cannot be stopped while it is scaled above 0.");
    }
    service.status = "DRAINING";
    service.desiredCount = 0;
    scheduler.touch(cluster, service);
    return { service: serviceDescription(cluster, service) };
  });
}

function deploy(
  clusters: ClusterTable,
  cluster: Cluster,
  service: Service,
  definition: TaskDefinition,
  announce: Announce,
): void {
  const arn = (kind: string, id: string) => clusters.arn(kind, cluster.name, service.name, id);
  const names = {
    deploymentId: `ecs-svc/${newNumber()}`,
    revisionArn: arn("service-revision", newNumber()),
    serviceDeploymentArn: arn("service-deployment", newServiceDeploymentId()),
  };
  begin(service, definition, names, announce);
}

function configured(
  before: Service["configuration"],
  input: z.infer<typeof deploymentConfiguration>,
): Service["configuration"] {
  return {
    minimumHealthyPercent: input.minimumHealthyPercent ?? before.minimumHealthyPercent,
    maximumPercent: input.maximumPercent ?? before.maximumPercent,
    deploymentCircuitBreaker: input.deploymentCircuitBreaker ?? before.deploymentCircuitBreaker,
  };
}

function refuseExisting(cluster: Cluster, name: string): void {
  const status = cluster.services.get(name)?.status;
  if (status === "ACTIVE") throw invalidParameter("Creation of service was not idempotent.");
  if (status === "DRAINING") {
    throw invalidParameter("Unable to Start a service that is still Draining.");
  }
}

function requireActive({ status }: Service): void {
  if (status === "ACTIVE") return;
  throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
}

/** Another controller than ECS's own: "Use AWS CodeDeploy to trigger a new deployment." */
function refuseToDeploy(
  { controller }: Service,
  input: { forceNewDeployment: boolean; taskDefinition?: string | undefined },
): void {
  if (controller === "ECS") return;
  const what = input.taskDefinition
    ? "update task definition"
    : input.forceNewDeployment && "force a new deployment";
  if (!what) return;
  throw invalidParameter(
    `Unable to ${what} on services with a ${controller} deployment controller. Use AWS CodeDeploy to trigger a new deployment.`,
  );
}
