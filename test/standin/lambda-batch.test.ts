/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
import { expect, it } from "vitest";
import { reportedFailures } from "../../standin/lambda/batch.ts";
import type { Received } from "../../standin/sqs/message.ts";

const batch: Received[] = ["one", "two"].map((id) => ({
  id,
  handle: id,
  body: "",
  md5: "",
  attributes: {},
}));

it.each([
  ["null", null, []],
  ["an empty answer", {}, []],
  ["no list", { batchItemFailures: null }, []],
  ["an empty list", { batchItemFailures: [] }, []],
  ["one of them", { batchItemFailures: [{ itemIdentifier: "two" }] }, ["two"]],
  ["an empty id", { batchItemFailures: [{ itemIdentifier: "" }] }, ["one", "two"]],
  ["a null id", { batchItemFailures: [{ itemIdentifier: null }] }, ["one", "two"]],
  ["a bad key", { batchItemFailures: [{ id: "one" }] }, ["one", "two"]],
  ["an unknown id", { batchItemFailures: [{ itemIdentifier: "x" }] }, ["one", "two"]],
  ["no list but an object", { batchItemFailures: {} }, ["one", "two"]],
  ["no object", "done", ["one", "two"]],
])("gives back what fits %s", (_, report, failed) => {
  expect([...reportedFailures(report, batch)]).toEqual(failed);
});
