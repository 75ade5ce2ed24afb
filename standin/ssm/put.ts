import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { requireName } from "./name.ts";
import { invalid, operation, parameterName, tags } from "./operation.ts";
import { latestOf, type Parameter, type ParameterVersion, tiers, types } from "./parameter.ts";
import type { ParameterTable } from "./parameter-table.ts";

/** The maximum length of a value, by tier, in characters. */
const limits = { Standard: 4096, Advanced: 8192 };

/** "Parameter Store retains the 100 most recently created versions of a parameter." */
const RETAINED = 100;

const shape = z.object({
  Name: parameterName,
  Description: z.string().max(1024).optional(),
  Value: z.string().min(1),
  Type: z.enum(types).optional(),
  KeyId: z.string().min(1).max(256).optional(),
  Overwrite: z.boolean().default(false),
  AllowedPattern: z.string().max(1024).optional(),
  Tags: tags.optional(),
  Tier: z.enum(tiers).optional(),
  Policies: z.literal("", "the stand-in has no parameter policies").optional(),
  DataType: z.literal("text", "the stand-in has text alone").optional(),
});

type Input = z.infer<typeof shape>;

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export function putParameter(
  parameters: ParameterTable,
  changed: (parameter: Parameter, operation: "Create" | "Update") => void,
) {
  return operation(shape, (input) => {
    requireName(input.Name);
    if (input.Overwrite && input.Tags !== undefined) {
      throw invalid(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
      );
    }
    const existing = parameters.taken(input.Name);
    if (existing !== undefined && (!input.Overwrite || existing.name !== input.Name)) {
      throw new AwsError(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
      );
    }
    const type = typeFor(input, existing);
    const version = nextVersion(input, type, existing);
    const arn = parameters.arnOf(input.Name);
    const parameter = existing ?? {
      name: input.Name,
      arn,
      type,
      versions: [],
      tags: input.Tags ?? [],
    };
    parameter.versions.push(version);
    parameter.versions.splice(0, parameter.versions.length - RETAINED);
    parameters.add(parameter);
    changed(parameter, existing ? "Update" : "Create");
    return { Version: version.version, Tier: version.tier };
  });
}

function typeFor(input: Input, existing: Parameter | undefined): Parameter["type"] {
  const { Type: type = existing?.type } = input;
  if (type === undefined) {
    throw invalid("A parameter type is required when you create a parameter.");
  }
  if (existing !== undefined && existing.type !== type) {
    throw new AwsError(
      "HierarchyTypeMismatchException",
      `The parameter type can't be changed from ${existing.type} to ${type}. Create a new, unique parameter.`,
    );
  }
  if (type !== "SecureString" && input.KeyId !== undefined) {
    throw invalid("KeyId is required for SecureString type parameter only.");
  }
  return type;
}

function nextVersion(
  input: Input,
  type: Parameter["type"],
  existing: Parameter | undefined,
): ParameterVersion {
  const { Value, Description, AllowedPattern, KeyId = "alias/aws/ssm" } = input;
  const before = existing && latestOf(existing);
  if (/\{\{.*\}\}/s.test(Value)) {
    throw invalid(`Parameter value: can't nest another parameter. Do not use "{{}}" in the value.`);
  }
  const allowedPattern = AllowedPattern ?? before?.allowedPattern;
  if (allowedPattern && !new RegExp(allowedPattern).test(Value)) {
    throw new AwsError(
      "ParameterPatternMismatchException",
      "Parameter value, cannot be validated against allowedPattern.",
    );
  }
  return {
    version: (before?.version ?? 0) + 1,
    value: Value,
    cipherText: randomBytes(48).toString("base64"),
    ...(type === "SecureString" && { keyId: KeyId }),
    tier: tierFor(input, before?.tier),
    description: Description ?? before?.description,
    allowedPattern,
    modifiedAt: Date.now(),
  };
}

/** Default: the tier that the parameter has, else Standard. */
function tierFor(
  { Tier, Value }: Input,
  before: ParameterVersion["tier"] | undefined,
): ParameterVersion["tier"] {
  const isLarge = Value.length > limits.Standard;
  if (Value.length > limits.Advanced) {
    throw invalid(
      `Advanced-tier parameters support a maximum parameter value of ${limits.Advanced} characters.`,
    );
  }
  if (Tier === "Standard" && before === "Advanced") {
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.",
    );
  }
  if (Tier === "Advanced" || before === "Advanced") return "Advanced";
  if (Tier === "Intelligent-Tiering") return isLarge ? "Advanced" : "Standard";
  if (!isLarge) return "Standard";
  throw invalid(
    `Standard tier parameters support a maximum parameter value of ${limits.Standard} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.`,
  );
}
