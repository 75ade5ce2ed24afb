/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
import { expect, it } from "vitest";
import { matches, parsePattern } from "../../standin/events/pattern.ts";

const event = {
  source: "aws.secretsmanager",
  "detail-type": "Secret Label Updated",
  resources: ["arn:one", "arn:two"],
  detail: { name: "db", empty: [], none: null, count: 3, deep: { label: "AWSCURRENT" } },
};

it.each([
  ["an exact value", { source: ["aws.secretsmanager"] }, true],
  ["one of several", { source: ["other", "aws.secretsmanager"] }, true],
  ["another value", { source: ["aws.ecs"] }, false],
  ["every field, not one", { source: ["aws.secretsmanager"], "detail-type": ["Other"] }, false],
  ["a nested value", { detail: { deep: { label: ["AWSCURRENT"] } } }, true],
  ["a nested value of another", { detail: { deep: { label: ["RETIRING"] } } }, false],
  ["a nested field that is not there", { detail: { shallow: { label: ["x"] } } }, false],
  ["a member of an array", { resources: ["arn:two"] }, true],
  ["no member of an array", { resources: ["arn:three"] }, false],
  ["a number, not its text", { detail: { count: ["3"] } }, false],
  ["a number", { detail: { count: [3] } }, true],
  ["null", { detail: { none: [null] } }, true],
  ["a prefix", { resources: [{ prefix: "arn:" }] }, true],
  ["another prefix", { source: [{ prefix: "app." }] }, false],
  ["anything but this", { source: [{ "anything-but": "aws.secretsmanager" }] }, false],
  ["anything but these", { detail: { name: [{ "anything-but": ["a", "b"] }] } }, true],
  ["anything but one of these", { detail: { name: [{ "anything-but": ["a", "db"] }] } }, false],
  ["anything but a prefix", { source: [{ "anything-but": { prefix: "app." } }] }, true],
  ["anything but this prefix", { source: [{ "anything-but": { prefix: "aws." } }] }, false],
  ["anything, of what is not there", { detail: { gone: [{ "anything-but": "x" }] } }, false],
  ["that it exists", { detail: { name: [{ exists: true }] } }, true],
  ["that it exists, and it does not", { detail: { gone: [{ exists: true }] } }, false],
  ["that it does not exist", { detail: { gone: [{ exists: false }] } }, true],
  ["that it does not exist, and it does", { detail: { name: [{ exists: false }] } }, false],
  ["that a leaf exists, at a node", { detail: [{ exists: true }] }, false],
  ["that it does not exist, below nothing", { nothing: { below: [{ exists: false }] } }, true],
])("asks for %s", (_, pattern, expected) => {
  expect(matches(parsePattern(JSON.stringify(pattern)), event)).toBe(expected);
});
