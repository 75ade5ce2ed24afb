import {
  type AdvancedFieldSelector,
  CloudTrail,
  type EventSelector,
} from "@aws-sdk/client-cloudtrail";
import { afterAll, describe, expect, it, vi } from "vitest";
import { cloudTrail } from "../../../lib/aws/cloudtrail.ts";
import { AwsError, startAws } from "../../../standin/aws.ts";
import { clientConfig } from "../../standin/fixtures.ts";

const aws = await startAws();
for (const [name, value] of Object.entries(aws.env("quarterturn"))) vi.stubEnv(name, value);
const operator = new CloudTrail(clientConfig(aws, "operator"));
const { TrailARN: arn = "" } = await operator.createTrail({ Name: "all", S3BucketName: "trails" });
const trails = cloudTrail();
afterAll(async () => {
  vi.unstubAllEnvs();
  operator.destroy();
  await aws[Symbol.asyncDispose]();
});

const soon = () => AbortSignal.timeout(5000);
const recorded = async () => (await trails.inspect(arn, soon())).recordsRotations;

describe("whether a failed rotation is recorded", () => {
  it.each<[string, EventSelector[], boolean]>([
    ["everything", [{}], true],
    ["writes", [{ ReadWriteType: "WriteOnly", IncludeManagementEvents: true }], true],
    ["reads", [{ ReadWriteType: "ReadOnly" }], false],
    ["data events alone", [{ IncludeManagementEvents: false }], false],
    ["reads, and writes by another", [{ ReadWriteType: "ReadOnly" }, {}], true],
    ["all but KMS", [{ ExcludeManagementEventSources: ["kms.amazonaws.com"] }], true],
  ])("by selectors of %s", async (_, EventSelectors, expected) => {
    await operator.putEventSelectors({ TrailName: arn, EventSelectors });
    expect(await recorded()).toBe(expected);
  });

  const management: AdvancedFieldSelector = { Field: "eventCategory", Equals: ["Management"] };
  const source = "eventSource";
  it.each<[string, AdvancedFieldSelector[], boolean]>([
    ["management events", [management], true],
    ["data events", [{ Field: "eventCategory", Equals: ["Data"] }], false],
    ["writes", [management, { Field: "readOnly", Equals: ["false"] }], true],
    ["reads", [management, { Field: "readOnly", Equals: ["true"] }], false],
    ["one service", [management, { Field: source, Equals: ["kms.amazonaws.com"] }], false],
    ["its service", [management, { Field: source, StartsWith: ["secretsmanager."] }], true],
    [
      "all services but two",
      [management, { Field: source, NotEquals: ["kms.amazonaws.com", "rdsdata.amazonaws.com"] }],
      true,
    ],
    [
      "all but its service",
      [management, { Field: source, NotEquals: ["secretsmanager.amazonaws.com"] }],
      false,
    ],
    [
      "all but by its beginning",
      [management, { Field: source, NotStartsWith: ["secrets"] }],
      false,
    ],
    ["what ends otherwise", [management, { Field: source, NotEndsWith: ["amazonaws.com"] }], false],
    [
      "a field that it does not have",
      [management, { Field: "resources.ARN", Equals: ["x"] }],
      false,
    ],
  ])("by advanced selectors of %s", async (_, FieldSelectors, expected) => {
    const AdvancedEventSelectors = [{ FieldSelectors }];
    await operator.putEventSelectors({ TrailName: arn, AdvancedEventSelectors });
    expect(await recorded()).toBe(expected);
  });
});

it("lists trails, and tells whether one logs", async () => {
  expect(await trails.list(soon())).toEqual([arn]);
  expect((await trails.inspect(arn, soon())).isLogging).toBe(false);
  await operator.startLogging({ Name: arn });
  expect((await trails.inspect(arn, soon())).isLogging).toBe(true);
});

it.each(["DescribeTrails", "GetTrailStatus", "GetEventSelectors"])(
  "names the action that is denied: %s",
  async (operation) => {
    using _ = aws.intercept({
      before(call) {
        if (call.operation === operation) throw new AwsError("AccessDeniedException", "no");
      },
    });
    const asked =
      operation === "DescribeTrails" ? trails.list(soon()) : trails.inspect(arn, soon());
    await expect(asked).rejects.toThrow(
      `cloudtrail:${operation} on ${operation === "DescribeTrails" ? "the account" : arn} failed: AccessDeniedException`,
    );
  },
);
