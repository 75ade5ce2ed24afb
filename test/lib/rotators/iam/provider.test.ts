import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smtpPassword } from "../../../../lib/rotators/iam/smtp.ts";
import type { KeyParts } from "../../../../lib/rotators/key/provider.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { type Aws, AwsError } from "../../../../standin/aws.ts";
import { consumer, createIamUser, keyOf, startIam } from "./iam-account.ts";

let aws: Aws;
beforeAll(async () => {
  aws = await startIam();
});
afterAll(() => aws?.[Symbol.asyncDispose]());

const idOf = (key: KeyParts) => key.get("id")?.reveal() ?? "";

/** Answers this operation with an error until disposed of. */
const refuse = (operation: string, error: AwsError) =>
  aws.intercept({
    before(call) {
      if (call.operation === operation) throw error;
    },
  });

const callsOf = (operation: string) =>
  aws.calls.filter((call) => call.operation === operation).length;

describe("create", () => {
  it("takes its intent back at the cap", async () => {
    const { provider, at, tags, createKey } = await createIamUser(aws);
    await createKey();
    const full = { code: "KEYS_FULL" };
    await expect(provider.create("qt-aws-one-two", at)).rejects.toMatchObject(full);
    expect(await tags()).toEqual([]);
  });

  it("creates nothing where the user has no room for its two tags", async () => {
    const { admin, user, provider, at, tags, current } = await createIamUser(aws);
    const taken = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ Key: `team-${index}`, Value: "x" }));
    await admin.tagUser({ UserName: user, Tags: taken(49) });
    const full = { code: "USER_TAGS_FULL" };
    await expect(provider.create("qt-aws-one-two", at)).rejects.toMatchObject(full);
    await expect(provider.rehearse(at)).rejects.toMatchObject(full);
    expect((await provider.list(at)).map(({ id }) => id)).toEqual([idOf(current)]);
    expect(await tags()).toHaveLength(49);
    await admin.untagUser({ UserName: user, TagKeys: ["team-48"] });
    await provider.rehearse(at);
    await provider.create("qt-aws-one-two", at);
  });

  it("does not call a key its own that somebody else creates after it was refused", async () => {
    const { provider, at, createKey } = await createIamUser(aws);
    {
      using _ = refuse("CreateAccessKey", new AwsError("AccessDenied", "no", 403));
      await expect(provider.create("qt-aws-denied", at)).rejects.toMatchObject({
        code: "ADMIN_KEY_REFUSED",
        remedy: expect.stringContaining("iam:CreateAccessKey"),
      });
    }
    const foreign = await createKey();
    expect((await provider.list(at)).find(({ id }) => id === idOf(foreign))?.name).toBeUndefined();
  });

  it("does not call a key its own that somebody uses", async () => {
    const { provider, at, createKey } = await createIamUser(aws);
    {
      using _ = aws.intercept({
        before({ operation }) {
          if (operation === "CreateAccessKey") throw new AwsError("ServiceFailure", "down", 503);
        },
      });
      await expect(provider.create("qt-aws-down", at)).rejects.toMatchObject({ retryable: true });
    }
    const foreign = await createKey();
    await consumer(aws, foreign).sts.getCallerIdentity();
    expect((await provider.list(at)).map(({ name }) => name)).toEqual([undefined, undefined]);
  });

  it("forgets intents that nothing can come of any more", async () => {
    const { provider, at, tags } = await createIamUser(aws);
    {
      using _ = refuse("CreateAccessKey", new AwsError("ServiceFailure", "down", 503));
      await expect(provider.create("qt-aws-old", at)).rejects.toThrow();
    }
    expect(await tags()).toHaveLength(1);
    const later = () => new Date(Date.now() + 16 * 60_000);
    const key = await provider.create("qt-aws-new", { ...at, now: later });
    expect(await tags()).toEqual([[idOf(key), "qt-aws-new"]]);
  });

  it("says that the user does not exist", async () => {
    const { provider, at, admin, user, current } = await createIamUser(aws);
    await admin.deleteAccessKey({ UserName: user, AccessKeyId: idOf(current) });
    await admin.deleteUser({ UserName: user });
    const missing = { code: "IAM_USER_MISSING", retryable: false };
    await expect(provider.create("qt-aws-one", at)).rejects.toMatchObject(missing);
    await expect(provider.list(at)).rejects.toMatchObject(missing);
  });

  it("creates nothing for a secret that lacks the id, which consumers have from elsewhere", async () => {
    const { provider, at, user, admin } = await createIamUser(aws);
    const current = new Map([["secret", new Secret("x")]]);
    const refused = provider.create("qt-aws-one", { ...at, current });
    await expect(refused).rejects.toMatchObject({ code: "ACCESS_KEY_ID_MISSING" });
    const { AccessKeyMetadata } = await admin.listAccessKeys({ UserName: user });
    expect(AccessKeyMetadata).toHaveLength(1);
  });
});

describe("a rehearsal", () => {
  const changes = ["CreateAccessKey", "DeleteAccessKey", "UpdateAccessKey", "TagUser"];

  it("changes nothing, and tells a right that is missing", async () => {
    const { provider, at, tags, current } = await createIamUser(aws);
    await provider.rehearse(at);
    expect((await provider.list(at)).map(({ id }) => id)).toEqual([idOf(current)]);
    expect(await tags()).toEqual([]);
    const refused = aws.calls.filter(({ input }) => input["AccessKeyId"] === idOf(current));
    expect(refused.filter(({ operation }) => changes.includes(operation))).toEqual([]);
    for (const operation of ["DeleteAccessKey", "UntagUser"]) {
      using _ = refuse(operation, new AwsError("AccessDenied", "no", 403));
      await expect(provider.rehearse(at)).rejects.toMatchObject({
        code: "ADMIN_KEY_REFUSED",
        remedy: expect.stringContaining(`iam:${operation}`),
      });
    }
  });
});

describe("SMTP logins", () => {
  const ses = [
    { region: "eu-central-1", password: "SMTP_PASSWORD", username: "SMTP_USERNAME" },
    { region: "us-east-1", password: "SMTP_PASSWORD_US" },
  ];
  const withSmtp = (key: KeyParts, regions: readonly [string, string]) => {
    const secret = key.get("secret") ?? new Secret("");
    const [first, second] = regions.map((region) => smtpPassword(secret, region).reveal());
    return keyOf(idOf(key), secret.reveal(), {
      "SMTP password 1": first ?? "",
      "SMTP user name 1": idOf(key),
      "SMTP password 2": second ?? "",
    });
  };

  it("come with a new key, each for its Region", async () => {
    const { provider, at, spec } = await createIamUser(aws, { ses });
    const current = withSmtp(at.current, ["eu-central-1", "us-east-1"]);
    const key = await provider.create("qt-aws-smtp", { ...at, current });
    expect([...key.keys()].toSorted()).toEqual(Object.keys(spec.fields).toSorted());
    const secret = key.get("secret") ?? new Secret("");
    expect(key.get("SMTP password 1")).toEqual(smtpPassword(secret, "eu-central-1"));
    expect(key.get("SMTP password 2")).toEqual(smtpPassword(secret, "us-east-1"));
    expect(key.get("SMTP user name 1")?.reveal()).toBe(idOf(key));
  });

  it("that are another Region's stop it before anything is created", async () => {
    const { provider, at } = await createIamUser(aws, { ses });
    const current = withSmtp(at.current, ["eu-central-1", "eu-west-1"]);
    const before = callsOf("CreateAccessKey");
    await expect(provider.create("qt-aws-smtp", { ...at, current })).rejects.toMatchObject({
      code: "SMTP_PASSWORD_DIFFERS",
      happened: expect.stringContaining("us-east-1"),
    });
    expect(callsOf("CreateAccessKey")).toBe(before);
  });
});

describe("probe and facts", () => {
  it("are signed with the key alone, which its secret belongs to", async () => {
    const { provider, at, current } = await createIamUser(aws);
    const before = aws.calls.length;
    expect(await provider.probe(current, at)).toEqual({ is: "alive" });
    expect(aws.calls.slice(before)).toMatchObject([
      { service: "sts", operation: "GetCallerIdentity", principal: idOf(current) },
    ]);
    const wrong = keyOf(idOf(current), "another+secret");
    expect(await provider.probe(wrong, at)).toEqual({ is: "dead" });
  });

  it("say whose the key is", async () => {
    const { provider, at, current, user } = await createIamUser(aws);
    expect(await provider.facts(current, at)).toEqual({
      account: aws.accountId,
      rights: `arn:aws:iam::${aws.accountId}:user/${user}`,
    });
  });

  it("give up when the time is up", async () => {
    const { provider, at, current } = await createIamUser(aws);
    const signal = AbortSignal.abort();
    const late = { code: "DEADLINE" };
    await expect(provider.probe(current, { ...at, signal })).rejects.toMatchObject(late);
    await expect(provider.list({ ...at, signal })).rejects.toMatchObject(late);
  });
});

describe("the end of a key", () => {
  it("takes its tag away", async () => {
    const { provider, at, tags } = await createIamUser(aws);
    const key = await provider.create("qt-aws-one-two", at);
    expect(await tags()).toEqual([[idOf(key), "qt-aws-one-two"]]);
    await provider.remove(idOf(key), at);
    expect(await tags()).toEqual([]);
  });

  it("ends the sessions of a leaked key, and none that is made afterwards", async () => {
    const { provider, at, current, createKey, admin, user } = await createIamUser(aws);
    const sessionOf = async (key: KeyParts) => {
      const { Credentials } = await consumer(aws, key).sts.getSessionToken();
      return keyOf(String(Credentials?.AccessKeyId), String(Credentials?.SecretAccessKey), {
        token: String(Credentials?.SessionToken),
      });
    };
    const leaked = consumer(aws, await sessionOf(current));
    const next = await createKey();
    await provider.remove(idOf(current), at);
    expect(await leaked.secrets.listSecrets()).toBeDefined();
    await provider.endSessions(idOf(current), at);
    await expect(leaked.secrets.listSecrets()).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    const fresh = consumer(aws, await sessionOf(next));
    expect(await fresh.secrets.listSecrets()).toBeDefined();
    const later = () => new Date(Date.now() + 1000);
    await provider.endSessions(idOf(current), { ...at, now: later });
    await expect(fresh.secrets.listSecrets()).rejects.toThrow();
    const { PolicyNames } = await admin.listUserPolicies({ UserName: user });
    expect(PolicyNames).toHaveLength(1);
  });
});
