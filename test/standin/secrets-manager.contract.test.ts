/**
 * What the stand-in for AWS Secrets Manager must do, driven by the real SDK client over the wire.
 * Each group names the page of the AWS documentation that says so; "API_…" pages are at
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/, the others at
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/.
 */
import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, describe, expect, it } from "vitest";
import { startAws } from "../../standin/aws.ts";
import { createSecret, current, labels, sdkClient } from "./fixtures.ts";

const aws = await startAws();
const client = sdkClient(aws);
afterAll(() => aws[Symbol.asyncDispose]());

function put(SecretId: string, SecretString: string, VersionStages?: string[], token?: string) {
  const ClientRequestToken = token ?? randomUUID();
  return client.send(
    new PutSecretValueCommand({
      SecretId,
      SecretString,
      ClientRequestToken,
      ...(VersionStages && { VersionStages }),
    }),
  );
}

function moveLabel(SecretId: string, VersionStage: string, from?: string, to?: string) {
  return client.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage,
      ...(from && { RemoveFromVersionId: from }),
      ...(to && { MoveToVersionId: to }),
    }),
  );
}

describe("CreateSecret (API_CreateSecret)", () => {
  it("makes the token the version and labels it AWSCURRENT", async () => {
    const token = randomUUID();
    const created = await client.send(
      new CreateSecretCommand({
        Name: `a/${token}`,
        SecretString: "one",
        ClientRequestToken: token,
      }),
    );
    expect(created.VersionId).toBe(token);
    expect(created.ARN).toMatch(
      new RegExp(
        `^arn:aws:secretsmanager:eu-central-1:123456789012:secret:a/${token}-[A-Za-z0-9]{6}$`,
      ),
    );
    expect(await labels(client, `a/${token}`)).toEqual({ [token]: ["AWSCURRENT"] });
  });

  it("makes no version without a value", async () => {
    const Name = `a/${randomUUID()}`;
    const created = await client.send(new CreateSecretCommand({ Name }));
    expect(created.VersionId).toBeUndefined();
    await expect(current(client, Name)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("ignores the repetition of a request and refuses a second secret of that name", async () => {
    const Name = `a/${randomUUID()}`;
    const input = { Name, SecretString: "one", ClientRequestToken: randomUUID() };
    const first = await client.send(new CreateSecretCommand(input));
    const again = await client.send(new CreateSecretCommand(input));
    expect(again.ARN).toBe(first.ARN);
    for (const other of [{ SecretString: "two" }, { ClientRequestToken: randomUUID() }]) {
      await expect(
        client.send(new CreateSecretCommand({ ...input, ...other })),
      ).rejects.toMatchObject({ name: "ResourceExistsException" });
    }
  });

  it.each([
    ["a token under 32 characters", { ClientRequestToken: "short", SecretString: "v" }],
    ["a token over 64 characters", { ClientRequestToken: "x".repeat(65), SecretString: "v" }],
    ["a string and a binary value", { SecretString: "v", SecretBinary: Buffer.from("v") }],
    ["a value over 64 KiB", { SecretString: "canary".repeat(11_000) }],
  ])("refuses %s, without a word of the value", async (_what, input) => {
    const refused = client.send(new CreateSecretCommand({ Name: `a/${randomUUID()}`, ...input }));
    await expect(refused).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.not.stringContaining("canary"),
    });
  });

  it("keeps 64 KiB, counted in bytes", async () => {
    const largest = "é".repeat(32_768);
    const secret = await createSecret(client, largest);
    expect(await current(client, secret.name)).toBe(largest);
    await expect(put(secret.name, `${largest}x`)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});

describe("SecretId (troubleshoot.html#ARN_secretnamehyphen)", () => {
  it("is the name, the ARN, or the ARN without its six random characters", async () => {
    const secret = await createSecret(client);
    for (const id of [secret.name, secret.arn, secret.arn.slice(0, -7)]) {
      expect(await current(client, id)).toBe("one");
    }
  });

  it("is not the name with the random characters", async () => {
    const secret = await createSecret(client);
    const id = secret.name + secret.arn.slice(-7);
    await expect(current(client, id)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("GetSecretValue (API_GetSecretValue)", () => {
  it("answers AWSCURRENT by default, else by version, by label, or by both", async () => {
    const secret = await createSecret(client);
    const { VersionId } = await put(secret.name, "two", ["AWSPENDING"]);
    const get = (by: { VersionId?: string; VersionStage?: string }) =>
      client.send(new GetSecretValueCommand({ SecretId: secret.name, ...by }));
    expect((await get({})).SecretString).toBe("one");
    expect((await get({ VersionStage: "AWSPENDING" })).SecretString).toBe("two");
    const both = await get({ VersionId: String(VersionId), VersionStage: "AWSPENDING" });
    expect(both).toMatchObject({ SecretString: "two", VersionStages: ["AWSPENDING"] });
    expect(both.CreatedDate?.getTime()).toBeCloseTo(Date.now(), -4);
    await expect(get({ VersionStage: "AWSPREVIOUS" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(get({ VersionId: randomUUID() })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(
      get({ VersionId: String(VersionId), VersionStage: "AWSCURRENT" }),
    ).rejects.toMatchObject({ name: "InvalidRequestException" });
  });

  it("gives a binary value back byte for byte", async () => {
    const secret = await createSecret(client);
    const bytes = Uint8Array.from([0, 255, 10, 128]);
    await client.send(new PutSecretValueCommand({ SecretId: secret.name, SecretBinary: bytes }));
    const got = await client.send(new GetSecretValueCommand({ SecretId: secret.name }));
    expect(got.SecretBinary).toEqual(bytes);
    expect(got.SecretString).toBeUndefined();
  });
});

describe("PutSecretValue (API_PutSecretValue)", () => {
  it("moves AWSCURRENT without VersionStages, and AWSPREVIOUS behind it", async () => {
    const secret = await createSecret(client);
    const two = await put(secret.name, "two");
    const three = await put(secret.name, "three");
    expect(three.VersionStages).toEqual(["AWSCURRENT"]);
    expect(await labels(client, secret.name)).toEqual({
      [String(two.VersionId)]: ["AWSPREVIOUS"],
      [String(three.VersionId)]: ["AWSCURRENT"],
    });
  });

  it("does nothing for the same token and value, and refuses another value", async () => {
    const secret = await createSecret(client);
    const token = randomUUID();
    await put(secret.name, "two", ["AWSPENDING"], token);
    const again = await put(secret.name, "two", ["AWSPENDING"], token);
    expect(again.VersionId).toBe(token);
    await expect(put(secret.name, "canary", ["AWSPENDING"], token)).rejects.toMatchObject({
      name: "ResourceExistsException",
      message: expect.not.stringContaining("canary"),
    });
  });

  it("takes a label from the version that has it", async () => {
    const secret = await createSecret(client);
    await put(secret.name, "two", ["AWSPENDING", "BLUE"]);
    const { VersionId } = await put(secret.name, "three", ["BLUE", "AWSPENDING"]);
    expect(await labels(client, secret.name)).toEqual({
      [secret.version]: ["AWSCURRENT"],
      [String(VersionId)]: ["AWSPENDING", "BLUE"],
    });
  });

  it("labels the first version AWSCURRENT whatever the request says", async () => {
    const Name = `a/${randomUUID()}`;
    await client.send(new CreateSecretCommand({ Name }));
    const { VersionStages } = await put(Name, "one", ["BLUE"]);
    expect(VersionStages).toEqual(["AWSCURRENT", "BLUE"]);
  });

  it("needs a value, and a RotationToken of its form", async () => {
    const { name: SecretId } = await createSecret(client);
    await expect(client.send(new PutSecretValueCommand({ SecretId }))).rejects.toMatchObject({
      name: "InvalidRequestException",
    });
    const short = { SecretId, SecretString: "v", RotationToken: "short" };
    await expect(client.send(new PutSecretValueCommand(short))).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});

describe("UpdateSecret (API_UpdateSecret)", () => {
  it("writes a new AWSCURRENT, or only the description", async () => {
    const { name: SecretId, version } = await createSecret(client);
    const described = await client.send(
      new UpdateSecretCommand({ SecretId, Description: "what for" }),
    );
    expect(described.VersionId).toBeUndefined();
    const token = randomUUID();
    const input = { SecretId, SecretString: "two", ClientRequestToken: token };
    await client.send(new UpdateSecretCommand(input));
    expect(await labels(client, SecretId)).toEqual({
      [version]: ["AWSPREVIOUS"],
      [token]: ["AWSCURRENT"],
    });
    const again = await client.send(new UpdateSecretCommand(input));
    expect(again.VersionId).toBe(token);
    await expect(
      client.send(new UpdateSecretCommand({ ...input, SecretString: "three" })),
    ).rejects.toMatchObject({ name: "ResourceExistsException" });
    const { Description } = await client.send(new DescribeSecretCommand({ SecretId }));
    expect(Description).toBe("what for");
  });
});

describe("UpdateSecretVersionStage (API_UpdateSecretVersionStage)", () => {
  async function twoVersions() {
    const secret = await createSecret(client);
    const { VersionId } = await put(secret.name, "two", ["AWSPENDING"]);
    return { id: secret.name, one: secret.version, two: String(VersionId) };
  }

  it("moves AWSCURRENT and lets AWSPREVIOUS follow; the new value is read at once", async () => {
    const { id, one, two } = await twoVersions();
    await moveLabel(id, "AWSCURRENT", one, two);
    expect(await labels(client, id)).toEqual({
      [one]: ["AWSPREVIOUS"],
      [two]: ["AWSCURRENT", "AWSPENDING"],
    });
    expect(await current(client, id)).toBe("two");
  });

  it("moves back, and AWSPREVIOUS with it", async () => {
    const { id, one, two } = await twoVersions();
    await moveLabel(id, "AWSCURRENT", one, two);
    await moveLabel(id, "AWSCURRENT", two, one);
    expect(await labels(client, id)).toEqual({
      [one]: ["AWSCURRENT"],
      [two]: ["AWSPENDING", "AWSPREVIOUS"],
    });
  });

  it("leaves a custom label where it is when AWSCURRENT moves", async () => {
    const { id, one, two } = await twoVersions();
    await moveLabel(id, "RETIRING", undefined, one);
    await moveLabel(id, "AWSCURRENT", one, two);
    expect((await labels(client, id))?.[one]).toEqual(["AWSPREVIOUS", "RETIRING"]);
  });

  it("refuses to take a label whose holder is not named, or named wrongly", async () => {
    const { id, one, two } = await twoVersions();
    const before = await labels(client, id);
    for (const from of [undefined, two]) {
      await expect(moveLabel(id, "AWSCURRENT", from, two)).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    }
    await expect(moveLabel(id, "BLUE", one, two)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    expect(await labels(client, id)).toEqual(before);
  });

  it("removes a label without MoveToVersionId, from its holder only, AWSCURRENT never", async () => {
    const { id, one, two } = await twoVersions();
    for (const [label, from] of [
      ["AWSPENDING", one],
      ["AWSCURRENT", one],
      ["AWSCURRENT", two],
    ] as const) {
      await expect(moveLabel(id, label, from)).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    }
    await moveLabel(id, "AWSPENDING", two);
    expect(await labels(client, id)).toEqual({ [one]: ["AWSCURRENT"] });
  });

  it("does not know a version that is not there", async () => {
    const { id, one } = await twoVersions();
    await expect(moveLabel(id, "AWSCURRENT", one, randomUUID())).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("ends at 20 labels (reference_limits.html)", async () => {
    const { id, one } = await twoVersions();
    for (let number = 3; number <= 20; number += 1) {
      await moveLabel(id, `label-${number}`, undefined, one);
    }
    await expect(moveLabel(id, "label-21", undefined, one)).rejects.toMatchObject({
      name: "LimitExceededException",
    });
  });
});

describe("DescribeSecret and lists (API_DescribeSecret, API_ListSecretVersionIds)", () => {
  it("names labelled versions only; the list shows deprecated ones on request, in pages", async () => {
    const { name: SecretId, version } = await createSecret(client);
    for (const value of ["two", "three"]) await put(SecretId, value);
    expect(Object.keys((await labels(client, SecretId)) ?? {})).not.toContain(version);
    const list = (more: object) =>
      client.send(new ListSecretVersionIdsCommand({ SecretId, ...more }));
    expect((await list({})).Versions).toHaveLength(2);
    const first = await list({ IncludeDeprecated: true, MaxResults: 2 });
    const rest = await list({ IncludeDeprecated: true, NextToken: first.NextToken });
    expect(rest.NextToken).toBeUndefined();
    const all = [...(first.Versions ?? []), ...(rest.Versions ?? [])];
    expect(all).toHaveLength(3);
    expect(all.find(({ VersionId }) => VersionId === version)?.VersionStages).toBeUndefined();
    await expect(list({ NextToken: "bogus" })).rejects.toMatchObject({
      name: "InvalidNextTokenException",
    });
  });

  it("has no rotation fields before rotation is configured", async () => {
    const { name: SecretId } = await createSecret(client);
    const described = await client.send(new DescribeSecretCommand({ SecretId }));
    for (const field of ["RotationEnabled", "LastRotatedDate", "NextRotationDate"]) {
      expect(described).not.toHaveProperty(field);
    }
    expect(described.LastChangedDate?.getTime()).toBeCloseTo(Date.now(), -4);
  });

  it("lists and tags secrets (API_ListSecrets, API_TagResource, API_UntagResource)", async () => {
    const { name: SecretId } = await createSecret(client);
    const Tags = [
      { Key: "team", Value: "a" },
      { Key: "stage", Value: "b" },
    ];
    await client.send(new TagResourceCommand({ SecretId, Tags }));
    await client.send(new UntagResourceCommand({ SecretId, TagKeys: ["stage"] }));
    const { SecretList, NextToken } = await client.send(new ListSecretsCommand({}));
    expect(NextToken).toBeUndefined();
    expect(SecretList?.find(({ Name }) => Name === SecretId)?.Tags).toEqual([Tags[0]]);
  });
});

describe("DeleteSecret (API_DeleteSecret)", () => {
  it("keeps the secret for the recovery window, unreadable", async () => {
    const { name: SecretId } = await createSecret(client);
    const deleted = await client.send(new DeleteSecretCommand({ SecretId }));
    expect(deleted.DeletionDate?.getTime()).toBeCloseTo(Date.now() + 30 * 86_400_000, -4);
    for (const refused of [current(client, SecretId), put(SecretId, "two")]) {
      await expect(refused).rejects.toMatchObject({ name: "InvalidRequestException" });
    }
    const described = await client.send(new DescribeSecretCommand({ SecretId }));
    expect(described.DeletedDate).toBeInstanceOf(Date);
  });

  it("can be taken back within it (API_RestoreSecret)", async () => {
    const { name: SecretId } = await createSecret(client);
    await client.send(new DeleteSecretCommand({ SecretId }));
    const restored = await client.send(new RestoreSecretCommand({ SecretId }));
    expect(restored.Name).toBe(SecretId);
    expect(await current(client, SecretId)).toBe("one");
    const described = await client.send(new DescribeSecretCommand({ SecretId }));
    expect(described.DeletedDate).toBeUndefined();
  });

  it("forgets it at once with ForceDeleteWithoutRecovery", async () => {
    const { name: SecretId } = await createSecret(client);
    await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    await expect(labels(client, SecretId)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("an operation that the stand-in does not have (CommonErrors)", () => {
  it("is refused as UnknownOperationException", async () => {
    await expect(
      client.send(new GetResourcePolicyCommand({ SecretId: "any" })),
    ).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
  });
});
