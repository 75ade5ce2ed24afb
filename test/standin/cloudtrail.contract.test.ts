/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html, as far as it is here. */
import { randomUUID } from "node:crypto";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { afterAll, describe, expect, it } from "vitest";
import { startAws } from "../../standin/aws.ts";
import { clientConfig } from "./fixtures.ts";

const aws = await startAws();
const client = new CloudTrail(clientConfig(aws));
afterAll(async () => {
  client.destroy();
  await aws[Symbol.asyncDispose]();
});

async function trail() {
  const Name = `trail-${randomUUID()}`;
  const { TrailARN = "" } = await client.createTrail({ Name, S3BucketName: "trails" });
  return { name: Name, arn: TrailARN };
}

describe("a trail", () => {
  it("logs between StartLogging and StopLogging, and is known by name and ARN", async () => {
    const { name, arn } = await trail();
    expect((await client.getTrailStatus({ Name: name })).IsLogging).toBe(false);
    await client.startLogging({ Name: arn });
    expect((await client.getTrailStatus({ Name: arn })).IsLogging).toBe(true);
    await client.stopLogging({ Name: name });
    expect((await client.getTrailStatus({ Name: name })).IsLogging).toBe(false);
  });

  it("is described, with its Region", async () => {
    const { name, arn } = await trail();
    const { trailList } = await client.describeTrails({ trailNameList: [name] });
    expect(trailList).toEqual([
      expect.objectContaining({ Name: name, TrailARN: arn, HomeRegion: aws.region }),
    ]);
    const all = await client.describeTrails({ includeShadowTrails: true });
    expect(all.trailList?.map((each) => each.TrailARN)).toContain(arn);
  });

  it("records all management events unless it is told otherwise (EventSelector)", async () => {
    const { name, arn } = await trail();
    const [selector] = (await client.getEventSelectors({ TrailName: name })).EventSelectors ?? [];
    expect(selector).toMatchObject({ ReadWriteType: "All", IncludeManagementEvents: true });
    const AdvancedEventSelectors = [
      { FieldSelectors: [{ Field: "eventCategory", Equals: ["Data"] }] },
    ];
    await client.putEventSelectors({ TrailName: name, AdvancedEventSelectors });
    const { EventSelectors, ...told } = await client.getEventSelectors({ TrailName: arn });
    expect(EventSelectors).toBeUndefined();
    expect(told).toMatchObject({ TrailARN: arn, AdvancedEventSelectors });
  });

  it("has one kind of selectors (PutEventSelectors)", async () => {
    const { name } = await trail();
    await expect(
      client.putEventSelectors({
        TrailName: name,
        EventSelectors: [{ ReadWriteType: "All" }],
        AdvancedEventSelectors: [
          { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
        ],
      }),
    ).rejects.toThrow(expect.objectContaining({ name: "InvalidEventSelectorsException" }));
  });

  it.each(["getTrailStatus", "startLogging", "stopLogging"] as const)(
    "that is not there is unknown to %s",
    async (call) => {
      await expect(client[call]({ Name: "none" })).rejects.toThrow(
        expect.objectContaining({ name: "TrailNotFoundException" }),
      );
    },
  );

  it("has its name for itself", async () => {
    const { name } = await trail();
    await expect(client.createTrail({ Name: name, S3BucketName: "trails" })).rejects.toThrow(
      expect.objectContaining({ name: "TrailAlreadyExistsException" }),
    );
  });
});
