import type { Operations } from "../call.ts";
import type { ServiceEvent } from "../events/event.ts";
import { descriptionOperations } from "./descriptions.ts";
import { lifecycleOperations } from "./lifecycle.ts";
import { latestOf, type Parameter } from "./parameter.ts";
import { ParameterTable } from "./parameter-table.ts";
import { passOnTo, type ReadSecret } from "./passed-on.ts";
import { putParameter } from "./put.ts";
import { valueOperations } from "./values.ts";

/** Parameter Store of AWS Systems Manager, in memory, with the documented behaviour (test: ssm.contract). */
export function ssm(
  account: { region: string; accountId: string },
  readSecret: ReadSecret,
  emit: (event: ServiceEvent) => void,
): Operations {
  const parameters = new ParameterTable(account);
  return {
    PutParameter: putParameter(parameters, (parameter, operation) =>
      emit(changeEvent(parameter, operation)),
    ),
    ...valueOperations(parameters, passOnTo(account, readSecret)),
    ...descriptionOperations(parameters),
    ...lifecycleOperations(parameters, (parameter) => emit(changeEvent(parameter, "Delete"))),
  };
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html */
function changeEvent(
  parameter: Parameter,
  operation: "Create" | "Update" | "Delete",
): ServiceEvent {
  const { name, type, arn } = parameter;
  const { description } = latestOf(parameter);
  return {
    "detail-type": "Parameter Store Change",
    source: "aws.ssm",
    resources: [arn],
    detail: { operation, name, type, ...(description !== undefined && { description }) },
  };
}
