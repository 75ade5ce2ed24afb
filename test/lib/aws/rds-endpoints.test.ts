import { RDSClient } from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rdsEndpoints } from "../../../lib/aws/rds-endpoints.ts";
import { type Aws, AwsError, startAws } from "../../../standin/aws.ts";
import { clientConfig } from "../../standin/fixtures.ts";

let aws: Aws;
let client: RDSClient;

beforeAll(async () => {
  aws = await startAws();
  client = new RDSClient(clientConfig(aws));
  const instance = {
    kind: "instance",
    engine: "postgres",
    masterUsername: "m",
    port: 5432,
  } as const;
  aws.rds.addDatabase({ ...instance, id: "main", host: "main.invalid" });
  aws.rds.addDatabase({ ...instance, id: "copy", host: "copy.invalid", source: "main" });
  aws.rds.addDatabase({
    ...{ ...instance, kind: "cluster", id: "orders", engine: "aurora-postgresql" },
    ...{ host: "orders.invalid", readerHost: "ro.orders.invalid" },
  });
  aws.rds.addProxy({
    name: "pool",
    host: "pool.invalid",
    secrets: ["arn:app", "arn:other"],
    endpoints: [{ name: "ro", host: "ro.pool.invalid" }],
  });
});
afterAll(async () => {
  client?.destroy();
  await aws?.[Symbol.asyncDispose]();
});

const signal = AbortSignal.timeout(20_000);

describe("what a host is, by the lists of RDS", () => {
  it.each([
    ["main.invalid", undefined],
    ["orders.invalid", undefined],
    ["elsewhere.invalid", undefined],
    ["COPY.invalid", { kind: "replica", of: "the RDS instance main", writer: "main.invalid" }],
    [
      "ro.orders.invalid",
      { kind: "reader", of: "the RDS cluster orders", writer: "orders.invalid" },
    ],
    ["pool.invalid", { kind: "proxy", of: "the RDS proxy pool" }],
    ["ro.pool.invalid", { kind: "proxy", of: "the RDS proxy pool" }],
  ])("%s", async (host, role) => {
    expect(await rdsEndpoints(() => client).roleOf(host, signal)).toEqual(role);
  });

  it("tells which proxies log in with a secret", async () => {
    const endpoints = rdsEndpoints(() => client);
    expect(await endpoints.proxiesWith("arn:app", signal)).toEqual(["pool"]);
    expect(await endpoints.proxiesWith("arn:none", signal)).toEqual([]);
  });

  it("lists everything once, whatever is asked", async () => {
    const before = aws.calls.length;
    const endpoints = rdsEndpoints(() => client);
    await Promise.all([1, 2, 3].map(() => endpoints.roleOf("main.invalid", signal)));
    await endpoints.proxiesWith("arn:app", signal);
    expect(
      aws.calls
        .slice(before)
        .map(({ operation }) => operation)
        .toSorted(),
    ).toEqual([
      "DescribeDBClusters",
      "DescribeDBInstances",
      "DescribeDBProxies",
      "DescribeDBProxyEndpoints",
    ]);
  });

  it("is not known where a list is denied", async () => {
    using _ = aws.intercept({
      before({ operation }) {
        if (operation === "DescribeDBProxies") throw new AwsError("AccessDenied", "No.", 403);
      },
    });
    await expect(rdsEndpoints(() => client).roleOf("main.invalid", signal)).rejects.toMatchObject({
      code: "AWS_CALL_FAILED",
      message: expect.stringContaining("rds:DescribeDBProxies"),
    });
  });
});
