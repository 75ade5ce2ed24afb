import type {
  ContainerDefinition,
  KeyValuePair,
  Service,
  ServiceDeploymentBrief,
  Task,
  Volume,
} from "@aws-sdk/client-ecs";
import type { ServiceRecord, TaskRecord } from "./ecs.ts";
import type { DeploymentFacts, RolloutFacts } from "./facts.ts";
import type { Container, ValueFrom } from "./references.ts";

export const isAlive = ({ lastStatus }: Task) =>
  lastStatus !== "STOPPED" && lastStatus !== "DELETED";

/** The last part of an ARN: a task's or a deployment's id. */
export const idOf = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

export function toService(service: Service): ServiceRecord {
  const {
    serviceArn = "",
    serviceName = "",
    status,
    deploymentController,
    desiredCount = 0,
  } = service;
  const definitions = [service, ...(service.deployments ?? [])].flatMap(
    ({ taskDefinition }) => taskDefinition ?? [],
  );
  return {
    arn: serviceArn,
    name: serviceName,
    status: status === "DRAINING" || status === "INACTIVE" ? status : "ACTIVE",
    controller: deploymentController?.type ?? "ECS",
    desiredCount,
    rollout: toRollout(service),
    taskDefinitions: [...new Set(definitions)],
  };
}

function toRollout({ deployments = [] }: Service): RolloutFacts | undefined {
  const { id, createdAt, rolloutState } =
    deployments.find(({ status }) => status === "PRIMARY") ?? {};
  return id && createdAt && rolloutState ? { id, createdAt, state: rolloutState } : undefined;
}

/** Empty for one that is not fully there yet. */
export function toDeployment({
  serviceDeploymentArn: arn,
  createdAt,
  status,
  statusReason: reason,
}: ServiceDeploymentBrief): readonly DeploymentFacts[] {
  return arn && createdAt && status ? [{ id: idOf(arn), createdAt, status, reason }] : [];
}

/** A task without a date is still being provisioned, and gets its secrets later than now. */
export function toTask({
  taskArn = "",
  createdAt,
  taskDefinitionArn = "",
  group = "",
  overrides,
  desiredStatus,
}: Task): TaskRecord {
  const service = group.startsWith("service:") ? group.slice("service:".length) : undefined;
  const made = createdAt ?? new Date();
  return {
    id: idOf(taskArn),
    createdAt: made,
    taskDefinition: taskDefinitionArn,
    service,
    overrides: (overrides?.containerOverrides ?? []).map(({ name = "", environment, command }) => ({
      name,
      environment: toValues(environment),
      texts: toTexts({ command }),
    })),
    isStopping: desiredStatus === "STOPPED",
  };
}

export function toContainer(definition: ContainerDefinition): Container {
  const values = (list: { name?: string | undefined; valueFrom?: string | undefined }[] = []) =>
    list.map(({ name = "", valueFrom = "" }): ValueFrom => ({ name, valueFrom }));
  return {
    name: definition.name ?? "",
    environment: toValues(definition.environment),
    texts: toTexts({
      entryPoint: definition.entryPoint,
      command: definition.command,
      healthCheck: definition.healthCheck?.command,
      logConfiguration: Object.values(definition.logConfiguration?.options ?? {}),
    }),
    secrets: values(definition.secrets),
    secretOptions: values(definition.logConfiguration?.secretOptions),
    credentialsParameter: definition.repositoryCredentials?.credentialsParameter,
  };
}

/** Credentials of the file systems that it mounts. */
export function toVolumeCredential({ name = "", ...volume }: Volume): readonly ValueFrom[] {
  const { authorizationConfig } = volume.fsxWindowsFileServerVolumeConfiguration ?? {};
  const valueFrom = authorizationConfig?.credentialsParameter;
  return valueFrom ? [{ name, valueFrom }] : [];
}

const toValues = (pairs: readonly KeyValuePair[] = []) =>
  pairs.map(({ name = "", value = "" }) => ({ name, value }));

const toTexts = (lists: Readonly<Record<string, readonly string[] | undefined>>) =>
  Object.entries(lists).flatMap(([name, texts = []]) => texts.map((value) => ({ name, value })));
