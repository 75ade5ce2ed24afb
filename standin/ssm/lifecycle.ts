import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation, parameterName, tags } from "./operation.ts";
import type { Parameter } from "./parameter.ts";
import type { ParameterTable } from "./parameter-table.ts";

export function lifecycleOperations(
  parameters: ParameterTable,
  deleted: (parameter: Parameter) => void,
): Operations {
  const remove = (parameter: Parameter) => {
    parameters.remove(parameter);
    deleted(parameter);
  };
  return {
    /** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html */
    DeleteParameter: operation(z.object({ Name: parameterName }), ({ Name }) => {
      remove(parameters.find(Name));
      return {};
    }),
    DeleteParameters: deleteParameters(parameters, remove),
    ...tagOperations(parameters),
  };
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html */
function deleteParameters(parameters: ParameterTable, remove: (parameter: Parameter) => void) {
  return operation(z.object({ Names: z.array(parameterName).min(1).max(10) }), ({ Names }) => {
    const found = Names.flatMap((name) => parameters.named(name) ?? []);
    const InvalidParameters = Names.filter((name) => parameters.named(name) === undefined);
    for (const parameter of found) remove(parameter);
    return { DeletedParameters: found.map(({ name }) => name), InvalidParameters };
  });
}

const resource = {
  ResourceType: z.literal("Parameter", "the stand-in has parameters alone"),
  ResourceId: z.string().min(1),
};

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html */
function tagOperations(parameters: ParameterTable): Operations {
  const find = (id: string) => {
    const found = parameters.named(id);
    if (found !== undefined) return found;
    throw new AwsError("InvalidResourceId", "The resource ID isn't valid.");
  };
  return {
    AddTagsToResource: operation(z.object({ ...resource, Tags: tags }), (input) => {
      const parameter = find(input.ResourceId);
      const keys = new Set(input.Tags.map(({ Key }) => Key));
      parameter.tags = [...parameter.tags.filter(({ Key }) => !keys.has(Key)), ...input.Tags];
      return {};
    }),
    RemoveTagsFromResource: operation(
      z.object({ ...resource, TagKeys: z.array(z.string()) }),
      ({ ResourceId, TagKeys }) => {
        const parameter = find(ResourceId);
        parameter.tags = parameter.tags.filter(({ Key }) => !TagKeys.includes(Key));
        return {};
      },
    ),
    ListTagsForResource: operation(z.object(resource), ({ ResourceId }) => ({
      TagList: find(ResourceId).tags,
    })),
  };
}
