import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { latestOf, type Parameter } from "./parameter.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
export const parameterFilters = z.array(
  z.object({
    Key: z.string().min(1).max(132),
    Option: z.string().min(1).max(10).optional(),
    Values: z.array(z.string().min(1).max(1024)).min(1).max(50),
  }),
);

type Filter = z.infer<typeof parameterFilters>[number];

/** The value of a parameter that each filter key looks at. */
const subjects: Readonly<Record<string, (parameter: Parameter) => string | undefined>> = {
  Name: ({ name }) => name,
  Path: ({ name }) => name,
  Type: ({ type }) => type,
  KeyId: (parameter) => latestOf(parameter).keyId,
  Tier: (parameter) => latestOf(parameter).tier,
  DataType: () => "text",
};

const optionsOf = (key: string): readonly string[] => {
  if (key === "Path") return ["OneLevel", "Recursive"];
  return key === "Name" ? ["Equals", "BeginsWith", "Contains"] : ["Equals", "BeginsWith"];
};

type Holds = (subject: string, value: string) => boolean;

const options: Readonly<Record<string, Holds>> = {
  Equals: (subject, value) => subject === value,
  BeginsWith: (subject, value) => subject.startsWith(value),
  Contains: (subject, value) => subject.includes(value),
  Recursive: (subject, value) => subject.startsWith(below(value)),
  OneLevel: (subject, value) =>
    subject.startsWith(below(value)) && !subject.slice(below(value).length).includes("/"),
};

const below = (path: string) => `${path.replace(/\/+$/, "")}/`;

/**
 * Whether a parameter passes all filters, each by one of its values. Throws InvalidFilterKey,
 * InvalidFilterOption.
 */
export function matches(parameter: Parameter, filters: readonly Filter[]): boolean {
  return filters.every(({ Key, Option, Values }) => {
    const tag = /^tag:(.+)$/.exec(Key)?.[1];
    const subject = subjects[Key];
    if (tag === undefined && subject === undefined) {
      throw new AwsError("InvalidFilterKey", `The following filter key is not valid: ${Key}.`);
    }
    const allowed = optionsOf(Key);
    const option = Option ?? allowed[0] ?? "";
    if (!allowed.includes(option)) {
      throw new AwsError(
        "InvalidFilterOption",
        `The following filter option is not valid: ${option}. Valid options include: [${allowed.join(", ")}].`,
      );
    }
    const held =
      tag === undefined
        ? subject?.(parameter)
        : parameter.tags.find((each) => each.Key === tag)?.Value;
    return held !== undefined && Values.some((value) => options[option]?.(held, value));
  });
}

/** GetParametersByPath takes fewer keys. Throws InvalidFilterKey. */
export function byPathFilters(filter: Filter): Filter {
  if (["Type", "KeyId", "Label"].includes(filter.Key)) return filter;
  throw new AwsError(
    "InvalidFilterKey",
    `The following filter key is not valid: ${filter.Key}. Valid filter keys include: [Type, KeyId, Label].`,
  );
}
