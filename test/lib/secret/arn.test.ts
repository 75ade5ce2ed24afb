import { expect, it } from "vitest";
import { secretNameOf } from "../../../lib/secret/arn.ts";

const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:team/app-AbCdEf";

it.each([
  ["an ARN", arn, "team/app"],
  ["an ARN of another partition", arn.replace("aws", "aws-cn"), "team/app"],
  ["a name", "team/app", "team/app"],
  ["a name that ends as an ARN does", "team/app-AbCdEf", "team/app-AbCdEf"],
  ["an ARN with a key behind it", `${arn}:password::`, `${arn}:password::`],
  ["an ARN inside another text", `see ${arn}`, `see ${arn}`],
  ["an ARN of another service", arn.replace("secretsmanager", "ssm"), undefined],
])("the secret's name in %s", (_, id, name) => {
  expect(secretNameOf(id)).toBe(name ?? id);
});
