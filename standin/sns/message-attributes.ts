import { z } from "zod";
import { AwsError } from "../aws-error.ts";

export const messageAttributes = z.record(
  z.string(),
  z.object({
    DataType: z.string(),
    StringValue: z.string().optional(),
    BinaryValue: z.string().optional(),
  }),
);
export type MessageAttributes = z.infer<typeof messageAttributes>;

/** The value that each data type asks for; Binary is base64 on the wire. */
const DATA_TYPES = new Map<string, { field: "String" | "Binary"; accepts(value: string): boolean }>(
  [
    ["String", { field: "String", accepts: () => true }],
    ["String.Array", { field: "String", accepts: isArray }],
    ["Number", { field: "String", accepts: (value) => /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(value) }],
    ["Binary", { field: "Binary", accepts: () => true }],
  ],
);

/**
 * Name -> value. Throws ParameterValueInvalid where a name, a type or a value breaks a rule of
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html.
 */
export function attributeValues(attributes: MessageAttributes): Record<string, string> {
  const checked = Object.entries(attributes).map(([name, { DataType, ...values }]) => {
    if (!isName(name)) throw refused(`The message attribute name '${name}' is invalid.`);
    const type = DATA_TYPES.get(DataType);
    if (type === undefined) {
      throw refused(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    const value = values[`${type.field}Value`];
    if (!value) {
      throw refused(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
      );
    }
    if (!type.accepts(value)) {
      throw refused(`The value of the message attribute '${name}' is not a ${DataType}.`);
    }
    return [name, value];
  });
  return Object.fromEntries(checked);
}

/** As a function gets them. */
export const attributeTypes = (attributes: MessageAttributes) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue },
    ]),
  );

/** Name, type and value count towards the size of a message. */
export function attributeBytes(attributes: MessageAttributes): number {
  const sizes = Object.entries(attributes).map(
    ([name, { DataType, StringValue = "", BinaryValue = "" }]) =>
      Buffer.byteLength(name + DataType + StringValue) + Buffer.byteLength(BinaryValue, "base64"),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function refused(message: string): AwsError {
  return new AwsError("ParameterValueInvalid", message);
}

function isName(name: string): boolean {
  return /^(?!aws\.|amazon\.)[\w-]+(\.[\w-]+)*$/i.test(name) && name.length <= 256;
}

function isArray(value: string): boolean {
  try {
    return Array.isArray(JSON.parse(value));
  } catch {
    return false;
  }
}
