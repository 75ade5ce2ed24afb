/**
 * What the stand-in for Parameter Store must do, driven by the real SDK client over the wire. Each
 * group names the page of the AWS documentation that says so: "API_…" and CommonErrors are at
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/, the others at
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/.
 */
import { randomUUID } from "node:crypto";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { SQS } from "@aws-sdk/client-sqs";
import { type PutParameterCommandInput, SSM } from "@aws-sdk/client-ssm";
import { afterAll, describe, expect, it } from "vitest";
import { startAws } from "../../standin/aws.ts";
import { clientConfig, createSecret, sdkClient } from "./fixtures.ts";

const aws = await startAws();
const ssm = new SSM(clientConfig(aws));
afterAll(() => aws[Symbol.asyncDispose]());

const arnOf = (name: string) =>
  `arn:aws:ssm:${aws.region}:${aws.accountId}:parameter/${name.replace(/^\//, "")}`;

/** A name of its own for a test. */
const fresh = (path = "/test") => `${path}/${randomUUID()}`;

/** A SecureString of its own for a test, unless the input says otherwise. */
async function put(input: Partial<PutParameterCommandInput> = {}): Promise<string> {
  const Name = input.Name ?? fresh();
  await ssm.putParameter({ Value: "one", Type: "SecureString", ...input, Name });
  return Name;
}

async function value(Name: string, WithDecryption = true) {
  return (await ssm.getParameter({ Name, WithDecryption })).Parameter?.Value;
}

async function described(Name: string) {
  const filter = { Key: "Name", Option: "Equals", Values: [Name] };
  return (await ssm.describeParameters({ ParameterFilters: [filter] })).Parameters?.[0];
}

const name = (type: string) => ({ name: type, $metadata: { httpStatusCode: 400 } });

describe("PutParameter (API_PutParameter)", () => {
  it("creates with Overwrite, too", async () => {
    expect(await value(await put({ Overwrite: true }))).toBe("one");
  });

  it("needs a type for a new one, and never changes it", async () => {
    const Name = fresh();
    await expect(ssm.putParameter({ Name, Value: "x" })).rejects.toMatchObject(
      name("ValidationException"),
    );
    await put({ Name, Type: "String" });
    await expect(put({ Name, Type: "SecureString", Overwrite: true })).rejects.toMatchObject(
      name("HierarchyTypeMismatchException"),
    );
  });

  it("encrypts SecureStrings under aws/ssm, or the key that each request names", async () => {
    const Name = await put({ KeyId: "alias/clip-it" });
    expect(await described(Name)).toMatchObject({ KeyId: "alias/clip-it", Type: "SecureString" });
    await put({ Name, Overwrite: true });
    expect(await described(Name)).toMatchObject({ KeyId: "alias/aws/ssm" });
    await expect(put({ Type: "String", KeyId: "alias/clip-it" })).rejects.toMatchObject(
      name("ValidationException"),
    );
  });

  it.each([
    ["Standard", 4096, true],
    ["Standard", 4097, false],
    [undefined, 4097, false],
    ["Advanced", 8192, true],
    ["Advanced", 8193, false],
    ["Intelligent-Tiering", 4097, true],
    ["Intelligent-Tiering", 8193, false],
  ] as const)("takes, in the tier %s, %i characters: %s", async (Tier, length, isTaken) => {
    const input = { ...(Tier && { Tier }), Value: "x".repeat(length) };
    if (isTaken) expect(await value(await put(input))).toHaveLength(length);
    else await expect(put(input)).rejects.toMatchObject(name("ValidationException"));
  });

  it("tiers rise where they must, and never fall (parameter-store-advanced-parameters)", async () => {
    const Name = await put({ Tier: "Intelligent-Tiering" });
    expect(await described(Name)).toMatchObject({ Tier: "Standard" });
    const long = { Name, Value: "x".repeat(5000), Overwrite: true };
    await put({ ...long, Tier: "Intelligent-Tiering" });
    expect(await described(Name)).toMatchObject({ Tier: "Advanced" });
    await put({ Name, Overwrite: true });
    expect(await described(Name)).toMatchObject({ Tier: "Advanced" });
    await expect(put({ Name, Overwrite: true, Tier: "Standard" })).rejects.toMatchObject(
      name("ValidationException"),
    );
  });

  it("takes tags for a new parameter alone", async () => {
    const Tags = [{ Key: "team", Value: "clip" }];
    const ResourceId = await put({ Tags });
    const list = { ResourceType: "Parameter", ResourceId } as const;
    expect((await ssm.listTagsForResource(list)).TagList).toEqual(Tags);
    await expect(put({ Name: ResourceId, Tags, Overwrite: true })).rejects.toMatchObject(
      name("ValidationException"),
    );
  });

  it("holds values to the allowed pattern, without quoting them", async () => {
    const Name = await put({ AllowedPattern: "^\\d+$", Value: "1" });
    const refused = put({ Name, Value: "hunter2", Overwrite: true });
    await expect(refused).rejects.toMatchObject(name("ParameterPatternMismatchException"));
    await expect(refused).rejects.not.toThrow("hunter2");
  });

  it.each(["", "{{ssm:other}}", "a {{ other }} b"])("refuses the value %j", async (Value) => {
    await expect(put({ Value })).rejects.toMatchObject(name("ValidationException"));
  });

  it.each([
    ["aws-thing", "ValidationException"],
    ["/ssm/thing", "ValidationException"],
    ["SSM-testparameter", "ValidationException"],
    ["/aws/testparam1", "AccessDeniedException"],
    ["/with space/x", "ValidationException"],
    ["/with+plus", "ValidationException"],
    ["/ends/", "ValidationException"],
    ["/double//slash", "ValidationException"],
    ["not/qualified", "ValidationException"],
    [`/${"a".repeat(1011 - 45)}`, "ValidationException"],
    [`/${Array.from({ length: 16 }, () => "a").join("/")}`, "HierarchyLevelLimitExceededException"],
  ])("refuses the name %s (sysman-parameter-name-constraints)", async (Name, error) => {
    await expect(put({ Name })).rejects.toMatchObject(name(error));
  });

  it.each(["MyParameter1", "/MyParameter2", "/Dev/Production/East/Project-ABC/My_Parameter.3"])(
    "takes the name %s (sysman-parameter-name-constraints)",
    async (Name) => {
      expect(await value(await put({ Name }))).toBe("one");
    },
  );

  it("takes /name and name for one (sysman-parameter-name-constraints, Uniqueness)", async () => {
    const plain = randomUUID();
    await put({ Name: plain });
    await expect(put({ Name: `/${plain}` })).rejects.toMatchObject(name("ParameterAlreadyExists"));
  });
});

describe("GetParameter (API_GetParameter)", () => {
  it("shows a SecureString encrypted, unless decryption is asked for", async () => {
    const Name = await put();
    const hidden = await value(Name, false);
    expect(hidden).toMatch(/^[\w+/]+=*$/);
    expect(hidden).not.toBe("one");
    expect(await value(Name, false)).toBe(hidden);
    const since = Date.now() - 60_000;
    const { Parameter } = await ssm.getParameter({ Name, WithDecryption: true });
    expect(Parameter).toEqual({
      Name,
      Type: "SecureString",
      Value: "one",
      Version: 1,
      ARN: arnOf(Name),
      DataType: "text",
      LastModifiedDate: expect.any(Date),
    });
    expect(Number(Parameter?.LastModifiedDate)).toBeGreaterThan(since);
    expect(await value(await put({ Type: "String" }), false)).toBe("one");
  });

  it("finds by ARN, and in a version (sysman-paramstore-versions)", async () => {
    const Name = await put();
    await put({ Name, Value: "two", Overwrite: true });
    expect(await value(arnOf(Name))).toBe("two");
    const { Parameter } = await ssm.getParameter({ Name: `${Name}:1`, WithDecryption: true });
    expect(Parameter).toMatchObject({ Name, Selector: ":1", Value: "one", Version: 1 });
    expect(await value(`${arnOf(Name)}:1`)).toBe("one");
  });

  it("knows no other names", async () => {
    await expect(value("/unknown")).rejects.toMatchObject(name("ParameterNotFound"));
    const Name = await put();
    await expect(value(Name.toUpperCase())).rejects.toMatchObject(name("ParameterNotFound"));
    await expect(value(`${Name}:7`)).rejects.toMatchObject({
      ...name("ParameterVersionNotFound"),
      message: `Systems Manager could not find version 7 of ${Name}. Verify the version and try again.`,
    });
  });

  it("passes on to Secrets Manager (integration-ps-secretsmanager)", async () => {
    const secret = await createSecret(sdkClient(aws), "kept elsewhere");
    const Name = `/aws/reference/secretsmanager/${secret.name}`;
    expect(await value(Name)).toBe("kept elsewhere");
    await expect(value(Name, false)).rejects.toMatchObject(name("ValidationException"));
    await expect(value(`${Name}-2`)).rejects.toMatchObject(name("ParameterNotFound"));
  });
});

describe("GetParameters (API_GetParameters)", () => {
  it("answers in alphabetical order, and names what it does not know", async () => {
    const [one, two] = [await put({ Name: fresh("/b") }), await put({ Name: fresh("/a") })];
    const Names = [one, "/unknown", two, `${one}:9`];
    const answer = await ssm.getParameters({ Names, WithDecryption: true });
    expect(answer.Parameters?.map((each) => each.Name)).toEqual([two, one]);
    expect(answer.InvalidParameters).toEqual([`${one}:9`, "/unknown"].toSorted());
  });
});

describe("GetParametersByPath (API_GetParametersByPath)", () => {
  it("reads one level, or all below, by pages of 10 at most", async () => {
    const path = fresh();
    for (let n = 10; n < 22; n += 1) await put({ Name: `${path}/n${n}` });
    await put({ Name: `${path}/deep/er`, Type: "String" });
    await put({ Name: `${path}er` });
    const first = await ssm.getParametersByPath({ Path: path, WithDecryption: true });
    expect(first.Parameters).toHaveLength(10);
    expect(first.Parameters?.[0]).toMatchObject({ Name: `${path}/n10`, Value: "one" });
    const { NextToken } = first;
    const second = await ssm.getParametersByPath({ Path: `${path}/`, NextToken });
    expect(second.Parameters?.map((each) => each.Name)).toEqual([`${path}/n20`, `${path}/n21`]);
    expect(second.NextToken).toBeUndefined();
    const ParameterFilters = [{ Key: "Type", Values: ["String"] }];
    const below = await ssm.getParametersByPath({ Path: path, Recursive: true, ParameterFilters });
    expect(below.Parameters?.map((each) => each.Name)).toEqual([`${path}/deep/er`]);
  });

  it.each([
    ["a path without its slash", { Path: "test" }, "ValidationException"],
    [
      "a filter that is not for it",
      { ParameterFilters: [{ Key: "Name", Values: ["x"] }] },
      "InvalidFilterKey",
    ],
    ["more than 10 a page", { MaxResults: 11 }, "ValidationException"],
    ["a token that it never gave", { NextToken: "x" }, "InvalidNextToken"],
  ])("refuses %s", async (_what, input, error) => {
    await expect(ssm.getParametersByPath({ Path: "/test", ...input })).rejects.toMatchObject(
      name(error),
    );
  });
});

describe("DescribeParameters (API_DescribeParameters, API_ParameterStringFilter)", () => {
  const path = fresh();
  const find = async (Key: string, Values: string[], Option?: string) => {
    const filters = [
      { Key: "Path", Option: "Recursive", Values: [path] },
      { Key, Values, ...(Option && { Option }) },
    ];
    const { Parameters } = await ssm.describeParameters({ ParameterFilters: filters });
    return Parameters?.map((each) => each.Name?.slice(path.length));
  };

  it("shows everything but the value", async () => {
    const Name = await put({ Description: "a key", AllowedPattern: "^o" });
    expect(await described(Name)).toEqual({
      Name,
      ARN: arnOf(Name),
      Type: "SecureString",
      KeyId: "alias/aws/ssm",
      Description: "a key",
      AllowedPattern: "^o",
      Version: 1,
      Tier: "Standard",
      Policies: [],
      DataType: "text",
      LastModifiedDate: expect.any(Date),
      LastModifiedUser: expect.stringMatching(/^arn:aws:iam::/),
    });
  });

  it("filters by every key", async () => {
    await put({ Name: `${path}/one`, Tags: [{ Key: "team", Value: "clip" }] });
    await put({ Name: `${path}/two`, Type: "String" });
    await put({ Name: `${path}/deep/three`, KeyId: "alias/k", Tier: "Advanced" });
    expect(await find("Name", [`${path}/one`, `${path}/two`])).toEqual(["/one", "/two"]);
    expect(await find("Name", [`${path}/`])).toEqual([]);
    expect(await find("Name", [`${path}/`], "BeginsWith")).toHaveLength(3);
    expect(await find("Name", ["thre"], "Contains")).toEqual(["/deep/three"]);
    expect(await find("Path", [path], "OneLevel")).toEqual(["/one", "/two"]);
    expect(await find("Path", [`${path}/deep`])).toEqual(["/deep/three"]);
    expect(await find("Type", ["String"])).toEqual(["/two"]);
    expect(await find("KeyId", ["alias/k"])).toEqual(["/deep/three"]);
    expect(await find("Tier", ["Advanced"])).toEqual(["/deep/three"]);
    expect(await find("tag:team", ["clip"])).toEqual(["/one"]);
  });

  it("pages", async () => {
    const listed: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ssm.describeParameters({ MaxResults: 7, NextToken });
      expect(page.Parameters?.length).toBeLessThanOrEqual(7);
      listed.push(...(page.Parameters ?? []).map((each) => each.Name));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.length).toBeGreaterThan(14);
  });

  it.each([
    ["Color", undefined, "InvalidFilterKey"],
    ["Path", "Equals", "InvalidFilterOption"],
    ["Type", "Contains", "InvalidFilterOption"],
  ])("refuses the filter %s with the option %s", async (Key, Option, error) => {
    const filter = { Key, Values: ["x"], ...(Option && { Option }) };
    await expect(ssm.describeParameters({ ParameterFilters: [filter] })).rejects.toMatchObject(
      name(error),
    );
  });
});

describe("GetParameterHistory (API_GetParameterHistory)", () => {
  it("shows every version, the oldest first, by pages", async () => {
    const Name = await put({ KeyId: "alias/k" });
    await put({ Name, Value: "two", Overwrite: true });
    const first = await ssm.getParameterHistory({ Name, WithDecryption: true, MaxResults: 1 });
    expect(first.Parameters).toEqual([
      expect.objectContaining({ Name, Version: 1, Value: "one", KeyId: "alias/k", Labels: [] }),
    ]);
    const { NextToken } = first;
    const rest = await ssm.getParameterHistory({ Name, WithDecryption: true, NextToken });
    expect(rest.Parameters).toMatchObject([{ Version: 2, Value: "two", KeyId: "alias/aws/ssm" }]);
    const hidden = await ssm.getParameterHistory({ Name });
    expect(hidden.Parameters?.map(({ Value }) => Value)).not.toContain("one");
    await expect(ssm.getParameterHistory({ Name: "/unknown" })).rejects.toMatchObject(
      name("ParameterNotFound"),
    );
  });
});

describe("DeleteParameter and DeleteParameters (API_DeleteParameter, API_DeleteParameters)", () => {
  it("tells which were there", async () => {
    const Name = await put();
    const answer = await ssm.deleteParameters({ Names: [Name, "/unknown"] });
    expect(answer.DeletedParameters).toEqual([Name]);
    expect(answer.InvalidParameters).toEqual(["/unknown"]);
  });
});

describe("tags (API_AddTagsToResource, API_RemoveTagsFromResource, API_ListTagsForResource)", () => {
  it("are added, replaced and removed", async () => {
    const resource = { ResourceType: "Parameter", ResourceId: await put() } as const;
    const [a, b, c] = ["1", "2", "3"].map((Value) => ({ Key: `k${Number(Value) % 2}`, Value }));
    await ssm.addTagsToResource({ ...resource, Tags: [a, b].flatMap((each) => each ?? []) });
    await ssm.addTagsToResource({ ...resource, Tags: c ? [c] : [] });
    expect((await ssm.listTagsForResource(resource)).TagList).toEqual([b, c]);
    await ssm.removeTagsFromResource({ ...resource, TagKeys: ["k0"] });
    expect((await ssm.listTagsForResource(resource)).TagList).toEqual([c]);
    const unknown = { ...resource, ResourceId: "/unknown" };
    await expect(ssm.listTagsForResource(unknown)).rejects.toMatchObject(name("InvalidResourceId"));
  });
});

describe("the event Parameter Store Change (monitoring-systems-manager-event-examples)", () => {
  it("tells of Create, Update and Delete, and of no value", async () => {
    const events = new EventBridge(clientConfig(aws));
    const sqs = new SQS(clientConfig(aws));
    const { QueueUrl } = await sqs.createQueue({ QueueName: "changes" });
    const pattern = { source: ["aws.ssm"], "detail-type": ["Parameter Store Change"] };
    await events.putRule({ Name: "changes", EventPattern: JSON.stringify(pattern) });
    const Arn = `arn:aws:sqs:${aws.region}:${aws.accountId}:changes`;
    await events.putTargets({ Rule: "changes", Targets: [{ Id: "queue", Arn }] });
    const Name = await put({ Description: "a key" });
    await put({ Name, Value: "two", Overwrite: true });
    await ssm.deleteParameter({ Name });
    await aws.idle();
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    const seen = Messages.map(({ Body = "" }) => JSON.parse(Body));
    const detail = { name: Name, type: "SecureString", description: "a key" };
    expect(seen).toHaveLength(3);
    for (const operation of ["Create", "Update", "Delete"])
      expect(seen).toContainEqual(
        expect.objectContaining({
          source: "aws.ssm",
          resources: [arnOf(Name)],
          detail: { ...detail, operation },
        }),
      );
  });
});
