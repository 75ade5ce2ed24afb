import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { byPathFilters, matches, parameterFilters } from "./filters.ts";
import { invalid, operation, page, pageFields, parameterName } from "./operation.ts";
import { latestOf, metadata, shown } from "./parameter.ts";
import type { ParameterTable } from "./parameter-table.ts";
import { isPassedOn, type PassOn } from "./passed-on.ts";

const decrypted = { WithDecryption: z.boolean().default(false) };
const names = z.array(parameterName).min(1).max(10);

/** The operations that show values. */
export function valueOperations(parameters: ParameterTable, passOn: PassOn): Operations {
  const read = (name: string, WithDecryption: boolean) => {
    if (isPassedOn(name)) return passOn(name, WithDecryption);
    const { parameter, version, selector } = parameters.select(name);
    return shown(parameter, version, { decrypted: WithDecryption, selector });
  };
  return {
    /** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
    GetParameter: operation(z.object({ Name: parameterName, ...decrypted }), (input) => ({
      Parameter: read(input.Name, input.WithDecryption),
    })),
    GetParameters: getParameters(read),
    GetParametersByPath: getParametersByPath(parameters),
    GetParameterHistory: getParameterHistory(parameters),
  };
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
function getParameters(read: (name: string, decrypted: boolean) => object) {
  return operation(z.object({ Names: names, ...decrypted }), ({ Names, WithDecryption }) => {
    const Parameters: object[] = [];
    const InvalidParameters: string[] = [];
    for (const name of Names.toSorted()) {
      try {
        Parameters.push(read(name, WithDecryption));
      } catch (error) {
        if (!(error instanceof AwsError && /NotFound$/.test(error.type))) throw error;
        InvalidParameters.push(name);
      }
    }
    return { Parameters, InvalidParameters };
  });
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html */
function getParametersByPath(parameters: ParameterTable) {
  const shape = z.object({
    Path: parameterName,
    Recursive: z.boolean().default(false),
    ParameterFilters: parameterFilters.optional(),
    ...decrypted,
    ...pageFields(10),
  });
  return operation(shape, ({ Path, Recursive, ParameterFilters = [], ...input }) => {
    if (!/^\/([\w.-]+\/?)*$/.test(Path)) {
      throw invalid(
        `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/".`,
      );
    }
    const filters = [
      ...ParameterFilters.map(byPathFilters),
      { Key: "Path", Option: Recursive ? "Recursive" : "OneLevel", Values: [Path] },
    ];
    const found = parameters.all().filter((parameter) => matches(parameter, filters));
    const { items, ...next } = page(found, input);
    const { WithDecryption } = input;
    const Parameters = items.map((each) =>
      shown(each, latestOf(each), { decrypted: WithDecryption }),
    );
    return { Parameters, ...next };
  });
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html */
function getParameterHistory(parameters: ParameterTable) {
  const shape = z.object({ Name: parameterName, ...decrypted, ...pageFields(50) });
  return operation(shape, (input) => {
    const parameter = parameters.find(input.Name);
    const isHidden = parameter.type === "SecureString" && !input.WithDecryption;
    const all = parameter.versions.map((version) => ({
      ...metadata(parameter, version, parameters.accountId),
      Value: isHidden ? version.cipherText : version.value,
      Labels: [],
    }));
    const { items, ...next } = page(all, input);
    return { Parameters: items, ...next };
  });
}
