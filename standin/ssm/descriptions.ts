import { z } from "zod";
import type { Operations } from "../call.ts";
import { matches, parameterFilters } from "./filters.ts";
import { operation, page, pageFields } from "./operation.ts";
import { latestOf, metadata } from "./parameter.ts";
import type { ParameterTable } from "./parameter-table.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html */
export function descriptionOperations(parameters: ParameterTable): Operations {
  const shape = z.object({
    Filters: z.undefined("the stand-in has ParameterFilters alone").optional(),
    ParameterFilters: parameterFilters.optional(),
    ...pageFields(50),
  });
  return {
    DescribeParameters: operation(shape, ({ ParameterFilters = [], ...input }) => {
      const found = parameters.all().filter((each) => matches(each, ParameterFilters));
      const { items, ...next } = page(found, input);
      const Parameters = items.map((each) => ({
        ...metadata(each, latestOf(each), parameters.accountId),
        ARN: each.arn,
      }));
      return { Parameters, ...next };
    }),
  };
}
