import {
  CreateAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAM,
  ListAccessKeysCommand,
  TagUserCommand,
} from "@aws-sdk/client-iam";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { STS } from "@aws-sdk/client-sts";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { createRole, openSession, type Statement } from "../../lab/conformance/session.ts";
import { topic } from "./fact.ts";

const api = (page: string) =>
  `https://docs.aws.amazon.com/IAM/latest/APIReference/API_${page}.html`;
const guide = (page: string) => `https://docs.aws.amazon.com/IAM/latest/UserGuide/${page}.html`;
const rights =
  "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html";

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Clients that sign with these, once: the facts look at single answers. */
function signingWith({ config }: TestAccount, credentials: Credentials) {
  const own = { ...config, credentials, maxAttempts: 1 };
  return { sts: new STS(own), secrets: new SecretsManager(own) };
}

/** A user of its own for a fact. */
async function createUser(account: TestAccount) {
  const iam = new IAM(account.config);
  const UserName = account.name();
  await iam.createUser({ UserName });
  const createKey = async (): Promise<Credentials> => {
    const { AccessKey } = await iam.createAccessKey({ UserName });
    return {
      accessKeyId: String(AccessKey?.AccessKeyId),
      secretAccessKey: String(AccessKey?.SecretAccessKey),
    };
  };
  const firstAccepted = async (credentials: Credentials) => {
    const { sts } = signingWith(account, credentials);
    const begun = Date.now();
    await eventually("the key", { within: 60_000, every: 500 }, () =>
      sts.getCallerIdentity().catch(() => undefined),
    );
    return `accepted after ${((Date.now() - begun) / 1000).toFixed(1)} s`;
  };
  /** When AWS STS last said something else, of 30 s of asking. */
  const refusedFor = async (credentials: Credentials) => {
    const { sts } = signingWith(account, credentials);
    const begun = Date.now();
    let changed = begun;
    let name = "";
    do {
      name = await sts.getCallerIdentity().then(
        () => "accepted",
        (error) => error.name,
      );
      if (name !== "InvalidClientTokenId") changed = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 250));
    } while (Date.now() - changed < (account.side === "account" ? 20_000 : 1500));
    expect(name).toBe("InvalidClientTokenId");
    return `refused for good after ${((changed - begun) / 1000).toFixed(1)} s`;
  };
  return { iam, UserName, createKey, firstAccepted, refusedFor };
}

topic("Access keys of IAM users", (fact) => {
  fact(
    "A user has two at most, whatever their status: LimitExceeded",
    { source: api("CreateAccessKey") },
    async (account) => {
      const { iam, UserName, createKey } = await createUser(account);
      const { accessKeyId: AccessKeyId } = await createKey();
      await iam.updateAccessKey({ UserName, AccessKeyId, Status: "Inactive" });
      await createKey();
      await expect(createKey()).rejects.toMatchObject({ name: "LimitExceededException" });
    },
  );

  fact(
    "AWS STS accepts a new key within a minute, and says InvalidClientTokenId until then",
    { source: "https://github.com/hashicorp/vault/issues/687", minutes: 3 },
    async (account) => {
      const { createKey, firstAccepted } = await createUser(account);
      return firstAccepted(await createKey());
    },
  );

  fact(
    "AWS STS refuses a disabled key by InvalidClientTokenId after some seconds, and accepts it again when it is enabled",
    { source: guide("id_credentials_access-keys_managing"), minutes: 4 },
    async (account) => {
      const { iam, UserName, createKey, firstAccepted, refusedFor } = await createUser(account);
      const key = await createKey();
      await firstAccepted(key);
      const { accessKeyId: AccessKeyId } = key;
      await iam.updateAccessKey({ UserName, AccessKeyId, Status: "Inactive" });
      const observed = await refusedFor(key);
      await iam.updateAccessKey({ UserName, AccessKeyId, Status: "Active" });
      return `${observed}, ${await firstAccepted(key)}`;
    },
  );

  fact(
    "AWS STS refuses a deleted key by InvalidClientTokenId after some seconds; deleting it again is NoSuchEntity",
    { source: api("DeleteAccessKey"), minutes: 4 },
    async (account) => {
      const { iam, UserName, createKey, firstAccepted, refusedFor } = await createUser(account);
      const key = await createKey();
      await firstAccepted(key);
      const { accessKeyId: AccessKeyId } = key;
      await iam.deleteAccessKey({ UserName, AccessKeyId });
      const again = iam.deleteAccessKey({ UserName, AccessKeyId });
      await expect(again).rejects.toMatchObject({ name: "NoSuchEntityException" });
      return refusedFor(key);
    },
  );

  fact(
    "A wrong secret access key is SignatureDoesNotMatch",
    { source: guide("reference_sigv-troubleshooting"), minutes: 3 },
    async (account) => {
      const { createKey, firstAccepted } = await createUser(account);
      const key = await createKey();
      await firstAccepted(key);
      const { secretAccessKey } = await createKey();
      const { sts } = signingWith(account, { ...key, secretAccessKey });
      await expect(sts.getCallerIdentity()).rejects.toMatchObject({
        name: "SignatureDoesNotMatch",
      });
    },
  );

  fact(
    "GetAccessKeyLastUsed has no date for a key that was never used, and a request to AWS STS counts as use",
    { source: api("GetAccessKeyLastUsed"), minutes: 12 },
    async (account) => {
      const { iam, createKey, firstAccepted } = await createUser(account);
      const key = await createKey();
      const lastUsed = async () =>
        (await iam.getAccessKeyLastUsed({ AccessKeyId: key.accessKeyId })).AccessKeyLastUsed;
      expect((await lastUsed())?.LastUsedDate).toBeUndefined();
      await firstAccepted(key);
      const begun = Date.now();
      await eventually(
        "the last use",
        account.patience(10),
        async () => (await lastUsed())?.ServiceName === "sts",
      );
      return `shown after ${Math.round((Date.now() - begun) / 1000)} s`;
    },
  );

  fact(
    "A user's tag may have the id of a key for its key, and another one colons",
    { source: guide("id_credentials_access-keys_managing") },
    async (account) => {
      const { iam, UserName, createKey } = await createUser(account);
      const { accessKeyId } = await createKey();
      const tags = [
        { Key: accessKeyId, Value: "qt-aws-abc234-def567" },
        { Key: "quarterturn:creating:1a2b3c4d", Value: "qt-x 2026-11-29T10:00:00.250Z AKIAOLD" },
      ];
      for (const tag of tags) await iam.tagUser({ UserName, Tags: [tag] });
      const { Tags } = await iam.listUserTags({ UserName });
      expect(Tags).toEqual(expect.arrayContaining(tags));
      await iam.untagUser({ UserName, TagKeys: [accessKeyId, "absent"] });
      expect((await iam.listUserTags({ UserName })).Tags).toEqual([tags[1]]);
    },
  );

  fact(
    "A session outlives its key, until an inline policy denies those that were made before a time",
    { source: guide("id_credentials_temp_control-access_disable-perms"), minutes: 5 },
    async (account) => {
      const { iam, UserName, createKey, firstAccepted } = await createUser(account);
      const statement = (more: object) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Action: "*", Resource: "*", ...more }],
        });
      const allowed = statement({ Effect: "Allow", Action: "secretsmanager:ListSecrets" });
      await iam.putUserPolicy({ UserName, PolicyName: "list", PolicyDocument: allowed });
      const key = await createKey();
      await firstAccepted(key);
      const { Credentials } = await signingWith(account, key).sts.getSessionToken();
      const { secrets } = signingWith(account, {
        accessKeyId: String(Credentials?.AccessKeyId),
        secretAccessKey: String(Credentials?.SecretAccessKey),
        sessionToken: String(Credentials?.SessionToken),
      });
      const list = () => secrets.listSecrets({ MaxResults: 1 });
      const allowedAtLast = () => list().catch(() => undefined);
      await eventually("the rights of the session", account.patience(2), allowedAtLast);
      await iam.deleteAccessKey({ UserName, AccessKeyId: key.accessKeyId });
      await new Promise((resolve) => setTimeout(resolve, account.side === "account" ? 10_000 : 0));
      await list();
      const until = new Date(Date.now() + 1000).toISOString();
      const denied = statement({
        Effect: "Deny",
        Condition: { DateLessThan: { "aws:TokenIssueTime": until } },
      });
      await iam.putUserPolicy({ UserName, PolicyName: "sessions", PolicyDocument: denied });
      await eventually("the end of the session", account.patience(2), () =>
        list().then(
          () => undefined,
          ({ name }) => name === "AccessDeniedException",
        ),
      );
    },
  );

  fact(
    "A role can be limited to the keys of one user, and to tags of ours",
    { source: rights, only: ["account", "the stand-in denies nothing"], minutes: 6 },
    async (account) => {
      const { UserName, createKey } = await createUser(account);
      const { UserName: other } = await createUser(account);
      const { accessKeyId } = await createKey();
      const { partition, accountId } = account;
      const Resource = `arn:${partition}:iam::${accountId}:user/${UserName}`;
      const keys = ["iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:CreateAccessKey"];
      const statements: Statement[] = [
        { Effect: "Allow", Action: keys, Resource },
        {
          Effect: "Allow",
          Action: "iam:TagUser",
          Resource,
          Condition: {
            "ForAllValues:StringLike": { "aws:TagKeys": ["quarterturn:creating:*", "AKIA*"] },
            Null: { "aws:TagKeys": "false" },
          },
        },
      ];
      const role = await createRole(account);
      const { iam } = await openSession(account, role, statements);
      const list = (user: string) => iam.send(new ListAccessKeysCommand({ UserName: user }));
      await eventually("the rights of the role", account.patience(2), () =>
        list(UserName).catch(() => undefined),
      );
      await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }));
      const create = (user: string) => iam.send(new CreateAccessKeyCommand({ UserName: user }));
      await create(UserName);
      const tag = (Key: string) =>
        iam.send(new TagUserCommand({ UserName, Tags: [{ Key, Value: "x" }] }));
      await tag(accessKeyId);
      await tag("quarterturn:creating:1a2b3c4d");
      const denied = { name: "AccessDenied" };
      await expect(tag("team")).rejects.toMatchObject(denied);
      await expect(list(other)).rejects.toMatchObject(denied);
      await expect(create(other)).rejects.toMatchObject(denied);
    },
  );
});
