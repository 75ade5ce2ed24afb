import { z } from "zod";
import { AwsError, invalidParameter } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation } from "../secrets-manager/operation.ts";
import { containerDefinition } from "./container-definition.ts";
import type { TaskDefinitions } from "./definition-table.ts";
import { seconds, type TaskDefinition } from "./model.ts";
import { page, pageFields } from "./paging.ts";

export function taskDefinitionOperations(definitions: TaskDefinitions): Operations {
  return {
    RegisterTaskDefinition: registerTaskDefinition(definitions),
    DescribeTaskDefinition: describeTaskDefinition(definitions),
    DeregisterTaskDefinition: deregisterTaskDefinition(definitions),
    DeleteTaskDefinitions: deleteTaskDefinitions(definitions),
    ListTaskDefinitions: listTaskDefinitions(definitions),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html */
function registerTaskDefinition(definitions: TaskDefinitions) {
  const shape = z.looseObject({
    family: z.string().regex(/^[\w-]{1,255}$/),
    containerDefinitions: z.array(containerDefinition).min(1),
  });
  return operation(shape, ({ family, containerDefinitions, ...rest }) => {
    const names = containerDefinitions.map(({ name }) => name);
    if (new Set(names).size < names.length) {
      throw invalidParameter("Container names must be unique.");
    }
    if (!containerDefinitions.some(({ essential }) => essential)) {
      throw invalidParameter("A task definition must have at least one essential container.");
    }
    const { tags: _tags, ...shown } = rest;
    const added = definitions.add({ family, containers: containerDefinitions, rest: shown });
    return { taskDefinition: description(added) };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html */
function describeTaskDefinition(definitions: TaskDefinitions) {
  return operation(z.object({ taskDefinition: z.string() }), ({ taskDefinition }) => {
    const found = definitions.lookUp(taskDefinition);
    if (found !== undefined) return { taskDefinition: description(found) };
    throw new AwsError("ClientException", "Unable to describe task definition.");
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html */
function deregisterTaskDefinition(definitions: TaskDefinitions) {
  return operation(z.object({ taskDefinition: z.string() }), ({ taskDefinition }) => {
    if (!/:\d+$/.test(taskDefinition)) throw invalidParameter("Revision is required.");
    const found = definitions.lookUp(taskDefinition);
    if (found === undefined) {
      throw new AwsError("ClientException", "The specified task definition does not exist.");
    }
    found.deregisteredAt ??= Date.now();
    return { taskDefinition: description(found) };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html, done at once. */
function deleteTaskDefinitions(definitions: TaskDefinitions) {
  const shape = z.object({ taskDefinitions: z.array(z.string()).min(1).max(10) });
  return operation(shape, ({ taskDefinitions }) => {
    const found = taskDefinitions.flatMap((each) => definitions.lookUp(each) ?? []);
    if (found.some(({ deregisteredAt }) => deregisteredAt === undefined)) {
      throw invalidParameter("A task definition must be deregistered before it is deleted.");
    }
    for (const each of found) definitions.remove(each);
    const deleted = found.map((each) => ({ ...description(each), status: "DELETE_IN_PROGRESS" }));
    return { taskDefinitions: deleted, failures: [] };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html */
function listTaskDefinitions(definitions: TaskDefinitions) {
  const shape = z.object({
    familyPrefix: z.string().optional(),
    status: z.enum(["ACTIVE", "INACTIVE"]).default("ACTIVE"),
    sort: z.enum(["ASC", "DESC"]).default("ASC"),
    ...pageFields,
  });
  return operation(shape, ({ familyPrefix, status, sort, ...input }) => {
    // Despite its name, familyPrefix must be the whole name of a family.
    const listed = definitions
      .all()
      .filter(({ family }) => familyPrefix === undefined || family === familyPrefix)
      .filter((each) => statusOf(each) === status)
      .sort((a, b) => a.family.localeCompare(b.family) || a.revision - b.revision)
      .map(({ arn }) => arn);
    const { items, ...next } = page(sort === "ASC" ? listed : listed.reverse(), input, 100);
    return { taskDefinitionArns: items, ...next };
  });
}

function statusOf({ deregisteredAt }: TaskDefinition): "ACTIVE" | "INACTIVE" {
  return deregisteredAt === undefined ? "ACTIVE" : "INACTIVE";
}

function description(definition: TaskDefinition): object {
  const { arn, family, revision, containers, rest, registeredAt, deregisteredAt } = definition;
  return {
    ...rest,
    taskDefinitionArn: arn,
    family,
    revision,
    containerDefinitions: containers,
    status: statusOf(definition),
    registeredAt: seconds(registeredAt),
    ...(deregisteredAt !== undefined && { deregisteredAt: seconds(deregisteredAt) }),
  };
}
