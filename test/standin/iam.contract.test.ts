/**
 * What the stand-in for IAM users and their access keys must do, driven by the real SDK clients over the wire. Each group
 * names the page that says so, at https://docs.aws.amazon.com/IAM/latest/APIReference/ or, for "user guide", at
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/.
 */
import { randomUUID } from "node:crypto";
import { IAM } from "@aws-sdk/client-iam";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { STS } from "@aws-sdk/client-sts";
import { afterAll, describe, expect, it } from "vitest";
import { eventually } from "../../lab/conformance/eventually.ts";
import { startAws } from "../../standin/aws.ts";
import { clientConfig } from "./fixtures.ts";

const aws = await startAws({ accessKeys: { activationMs: 0, revocationMs: 0 } });
const iam = new IAM(clientConfig(aws));
afterAll(() => aws[Symbol.asyncDispose]());

const error = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });
const unknownKey = error("InvalidClientTokenId", 403);

/** A user of its own for a test. */
async function createUser(Path?: string): Promise<string> {
  const UserName = `user-${randomUUID()}`;
  await iam.createUser({ UserName, Path });
  return UserName;
}

async function createKey(UserName: string) {
  const { AccessKey } = await iam.createAccessKey({ UserName });
  const id = String(AccessKey?.AccessKeyId);
  const secret = String(AccessKey?.SecretAccessKey);
  return { id, secret, ...asKey(id, secret) };
}

/** Clients that sign with this key. */
function asKey(accessKeyId: string, secretAccessKey: string, sessionToken?: string, on = aws) {
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  const config = { ...clientConfig(on), credentials };
  return { sts: new STS(config), secrets: new SecretsManager(config), iam: new IAM(config) };
}

describe("Access keys (API_CreateAccessKey)", () => {
  it("show their secret once, and are the user that they belong to", async () => {
    const UserName = await createUser("/apps/");
    const { id, secret, sts } = await createKey(UserName);
    expect(id).toMatch(/^AKIA[A-Z0-9]{16}$/);
    expect(secret).toHaveLength(40);
    const { AccessKeyMetadata } = await iam.listAccessKeys({ UserName });
    expect(AccessKeyMetadata).toEqual([
      { UserName, AccessKeyId: id, Status: "Active", CreateDate: expect.any(Date) },
    ]);
    expect(await sts.getCallerIdentity()).toMatchObject({
      Account: aws.accountId,
      Arn: `arn:aws:iam::${aws.accountId}:user/apps/${UserName}`,
      UserId: expect.stringMatching(/^AIDA/),
    });
  });

  it("are two at most, whatever their status", async () => {
    const UserName = await createUser();
    const { id } = await createKey(UserName);
    await iam.updateAccessKey({ UserName, AccessKeyId: id, Status: "Inactive" });
    await createKey(UserName);
    await expect(createKey(UserName)).rejects.toMatchObject(error("LimitExceededException", 409));
  });

  it("come in pages", async () => {
    const UserName = await createUser();
    const ids = [(await createKey(UserName)).id, (await createKey(UserName)).id];
    const first = await iam.listAccessKeys({ UserName, MaxItems: 1 });
    const { Marker } = first;
    expect(first).toMatchObject({
      IsTruncated: true,
      AccessKeyMetadata: [{ AccessKeyId: ids[0] }],
    });
    const last = await iam.listAccessKeys({ UserName, MaxItems: 1, Marker });
    expect(last).toMatchObject({
      IsTruncated: false,
      AccessKeyMetadata: [{ AccessKeyId: ids[1] }],
    });
  });

  it("can make and end each other (user guide, id_credentials_access-keys)", async () => {
    const UserName = await createUser();
    const first = await createKey(UserName);
    const { AccessKey } = await first.iam.createAccessKey({});
    const second = asKey(String(AccessKey?.AccessKeyId), String(AccessKey?.SecretAccessKey));
    await second.iam.deleteAccessKey({ AccessKeyId: first.id });
    await expect(first.sts.getCallerIdentity()).rejects.toMatchObject(unknownKey);
    expect((await second.iam.getUser({})).User).toMatchObject({ UserName });
  });

  it("are refused while they are inactive, and after they were deleted, whatever they call", async () => {
    const UserName = await createUser();
    const { id, sts, secrets } = await createKey(UserName);
    const key = { UserName, AccessKeyId: id };
    await iam.updateAccessKey({ ...key, Status: "Inactive" });
    await expect(sts.getCallerIdentity()).rejects.toMatchObject(unknownKey);
    await expect(secrets.listSecrets()).rejects.toMatchObject({
      name: "UnrecognizedClientException",
    });
    await iam.updateAccessKey({ ...key, Status: "Active" });
    expect(await secrets.listSecrets()).toMatchObject({ SecretList: [] });
    await iam.deleteAccessKey(key);
    await expect(sts.getCallerIdentity()).rejects.toMatchObject(unknownKey);
    await expect(iam.deleteAccessKey(key)).rejects.toMatchObject(
      error("NoSuchEntityException", 404),
    );
  });

  it("sign: another secret is refused, and so is a request of another time", async () => {
    const UserName = await createUser();
    const { id, secret } = await createKey(UserName);
    const { id: otherId, secret: otherSecret } = await createKey(UserName);
    const mixed = asKey(id, otherSecret).sts.getCallerIdentity();
    await expect(mixed).rejects.toMatchObject(error("SignatureDoesNotMatch", 403));
    const late = new STS({
      ...clientConfig(aws),
      credentials: { accessKeyId: id, secretAccessKey: secret },
      systemClockOffset: -3_600_000,
    });
    await expect(late.getCallerIdentity()).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
      message: expect.stringContaining("Signature expired"),
    });
    const { secrets } = asKey(otherId, secret);
    await expect(secrets.listSecrets()).rejects.toMatchObject({
      name: "InvalidSignatureException",
    });
  });

  it("know when they were used last (API_GetAccessKeyLastUsed)", async () => {
    const UserName = await createUser();
    const { id, secrets } = await createKey(UserName);
    const lastUsed = () => iam.getAccessKeyLastUsed({ AccessKeyId: id });
    const never = await lastUsed();
    expect(never).toMatchObject({ UserName, AccessKeyLastUsed: { ServiceName: "N/A" } });
    expect(never.AccessKeyLastUsed?.LastUsedDate).toBeUndefined();
    await secrets.listSecrets();
    expect((await lastUsed()).AccessKeyLastUsed).toEqual({
      ServiceName: "secretsmanager",
      Region: aws.region,
      LastUsedDate: expect.any(Date),
    });
  });
});

describe("Users (API_CreateUser)", () => {
  it("are unique by name, and stay while they have keys or policies", async () => {
    const UserName = await createUser();
    const again = iam.createUser({ UserName });
    await expect(again).rejects.toMatchObject(error("EntityAlreadyExistsException", 409));
    const { id: AccessKeyId } = await createKey(UserName);
    const conflict = error("DeleteConflictException", 409);
    await expect(iam.deleteUser({ UserName })).rejects.toMatchObject(conflict);
    await iam.deleteAccessKey({ UserName, AccessKeyId });
    await iam.deleteUser({ UserName });
    const noUser = error("NoSuchEntityException", 404);
    await expect(iam.getUser({ UserName })).rejects.toMatchObject(noUser);
    await expect(iam.listAccessKeys({ UserName })).rejects.toMatchObject(noUser);
  });

  it("have tags, whose keys are the same in any case (API_TagUser; user guide, id_tags)", async () => {
    const UserName = await createUser();
    const tag = (Key: string, Value: string) => iam.tagUser({ UserName, Tags: [{ Key, Value }] });
    await tag("Team", "one");
    await tag("team", "two");
    await tag("AKIAEXAMPLE", "three");
    expect((await iam.listUserTags({ UserName })).Tags).toEqual([
      { Key: "team", Value: "two" },
      { Key: "AKIAEXAMPLE", Value: "three" },
    ]);
    await iam.untagUser({ UserName, TagKeys: ["TEAM", "absent"] });
    expect((await iam.getUser({ UserName })).User?.Tags).toHaveLength(1);
    await expect(tag("semi;colon", "x")).rejects.toMatchObject(error("ValidationError", 400));
    const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: "" }));
    const tooMany = iam.tagUser({ UserName, Tags: many });
    await expect(tooMany).rejects.toMatchObject(error("LimitExceededException", 409));
  });
});

describe("Sessions (user guide, id_credentials_temp_control-access_disable-perms)", () => {
  it("outlive their key, until a policy denies those that were made before a time", async () => {
    const UserName = await createUser();
    const { id: AccessKeyId, sts } = await createKey(UserName);
    const { Credentials } = await sts.getSessionToken();
    const session = asKey(
      String(Credentials?.AccessKeyId),
      String(Credentials?.SecretAccessKey),
      Credentials?.SessionToken,
    );
    await iam.deleteAccessKey({ UserName, AccessKeyId });
    expect(await session.secrets.listSecrets()).toMatchObject({ SecretList: [] });
    const deny = (time: Date) => ({
      UserName,
      PolicyName: "sessions",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Deny",
            Action: "*",
            Resource: "*",
            Condition: { DateLessThan: { "aws:TokenIssueTime": time.toISOString() } },
          },
        ],
      }),
    });
    await iam.putUserPolicy(deny(new Date(Date.now() - 60_000)));
    expect(await session.secrets.listSecrets()).toMatchObject({ SecretList: [] });
    await iam.putUserPolicy(deny(new Date(Date.now() + 1000)));
    await expect(session.secrets.listSecrets()).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    expect(await session.sts.getCallerIdentity()).toMatchObject({ Account: aws.accountId });
  });

  it("have a policy that can be read back (API_GetUserPolicy)", async () => {
    const policy = { UserName: await createUser(), PolicyName: "some" };
    await expect(iam.getUserPolicy(policy)).rejects.toMatchObject(
      error("NoSuchEntityException", 404),
    );
    await iam.putUserPolicy({ ...policy, PolicyDocument: '{"Statement":[]}' });
    const { PolicyDocument = "" } = await iam.getUserPolicy(policy);
    expect(decodeURIComponent(PolicyDocument)).toBe('{"Statement":[]}');
    const { UserName } = policy;
    expect((await iam.listUserPolicies({ UserName })).PolicyNames).toEqual(["some"]);
    await iam.deleteUserPolicy(policy);
    expect((await iam.listUserPolicies({ UserName })).PolicyNames).toEqual([]);
  });
});

describe("What an account does not see at once", () => {
  it("is a new key, and the end of one; the answers alternate for a while", async () => {
    const timing = { activationMs: 300, revocationMs: 300, flickerMs: 60_000 };
    await using slow = await startAws({ accessKeys: timing });
    const admin = new IAM(clientConfig(slow));
    await admin.createUser({ UserName: "app" });
    const { AccessKey } = await admin.createAccessKey({ UserName: "app" });
    const AccessKeyId = String(AccessKey?.AccessKeyId);
    const { sts } = asKey(AccessKeyId, String(AccessKey?.SecretAccessKey), undefined, slow);
    const isAlive = () =>
      sts.getCallerIdentity().then(
        () => true,
        ({ name }) => name !== "InvalidClientTokenId",
      );
    const patience = { within: 5000, every: 20 };
    expect(await isAlive()).toBe(false);
    await eventually("an accepted key", patience, async () => (await isAlive()) || undefined);
    expect([await isAlive(), await isAlive()].toSorted()).toEqual([false, true]);
    await admin.deleteAccessKey({ UserName: "app", AccessKeyId });
    expect([await isAlive(), await isAlive(), await isAlive()]).toEqual([true, true, true]);
    await eventually("a refused key", patience, async () => !(await isAlive()) || undefined);
    expect([await isAlive(), await isAlive()].toSorted()).toEqual([false, true]);
  });
});
