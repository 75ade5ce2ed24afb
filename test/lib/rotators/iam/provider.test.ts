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

/** Loses the replies of this operation, after its effect. */
const loseReplies = (operation: string) =>
  aws.intercept({ after: (call) => (call.operation === operation ? "lose" : undefined) });

const callsOf = (operation: string) =>
  aws.calls.filter((call) => call.operation === operation).length;

describe("create", () => {
  it("makes a key whose tag is its name, which is listed by it and works", async () => {
    const { provider, at, tags, current } = await createIamUser(aws);
    const key = await provider.create("qt-aws-one-two", at);
    expect(await tags()).toEqual([[idOf(key), "qt-aws-one-two"]]);
    const entries = await provider.list(at);
    expect(entries.map(({ id, name, isDisabled }) => [id, name, isDisabled])).toEqual([
      [idOf(current), undefined, false],
      [idOf(key), "qt-aws-one-two", false],
    ]);
    expect(entries.map(({ lastUsedAt }) => lastUsedAt)).toEqual([null, null]);
    expect(await provider.probe(key, at)).toEqual({ is: "alive" });
    expect((await provider.list(at)).at(-1)?.lastUsedAt).toBeInstanceOf(Date);
  });

  it("refuses at the cap, lists what is there, and takes its intent back", async () => {
    const { provider, at, tags, current, createKey } = await createIamUser(aws);
    const other = await createKey();
    const refused = provider.create("qt-aws-one-two", at);
    await expect(refused).rejects.toMatchObject({
      code: "KEYS_FULL",
      happened: expect.stringContaining(`${idOf(current)}, ${idOf(other)}`),
    });
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

  it("whose reply is lost leaves a key that goes by its name, and is not sent twice", async () => {
    const { provider, at, current } = await createIamUser(aws);
    const before = callsOf("CreateAccessKey");
    {
      using _ = loseReplies("CreateAccessKey");
      await expect(provider.create("qt-aws-lost", at)).rejects.toMatchObject({
        code: "PROVIDER_UNAVAILABLE",
        retryable: true,
      });
    }
    expect(callsOf("CreateAccessKey") - before).toBe(1);
    const [first, lost, ...others] = await provider.list(at);
    expect([first?.name, lost?.name, others]).toEqual([undefined, "qt-aws-lost", []]);
    await provider.remove(lost?.id ?? "", at);
    const key = await provider.create("qt-aws-again", at);
    expect((await provider.list(at)).map(({ id, name }) => [id, name])).toEqual([
      [idOf(current), undefined],
      [idOf(key), "qt-aws-again"],
    ]);
  });

  it("that was killed before it tagged the key leaves one that goes by its name", async () => {
    const { provider, at } = await createIamUser(aws);
    let created = false;
    using _ = aws.intercept({
      before({ operation }) {
        created ||= operation === "CreateAccessKey";
        if (created && operation === "TagUser")
          throw new AwsError("ServiceFailure", "out of order", 500);
      },
    });
    await expect(provider.create("qt-aws-killed", at)).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
    });
    expect((await provider.list(at)).at(-1)?.name).toBe("qt-aws-killed");
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
  it("tell a key that is alive, inactive, deleted or wrong, signed with that key alone", async () => {
    const { provider, at, current } = await createIamUser(aws);
    const before = aws.calls.length;
    expect(await provider.probe(current, at)).toEqual({ is: "alive" });
    expect(aws.calls.slice(before)).toMatchObject([
      { service: "sts", operation: "GetCallerIdentity", principal: idOf(current) },
    ]);
    const wrong = keyOf(idOf(current), "another+secret");
    expect(await provider.probe(wrong, at)).toEqual({ is: "dead" });
    await provider.disable(idOf(current), at);
    expect(await provider.probe(current, at)).toEqual({ is: "dead" });
    expect((await provider.list(at))[0]?.isDisabled).toBe(true);
    await provider.remove(idOf(current), at);
    expect(await provider.probe(current, at)).toEqual({ is: "dead" });
  });

  it("wait where STS throttles, and know nothing where it fails or cannot be reached", async () => {
    const { provider, at, current } = await createIamUser(aws);
    {
      using _ = refuse("GetCallerIdentity", new AwsError("Throttling", "Rate exceeded"));
      expect(await provider.probe(current, at)).toEqual({ is: "wait", ms: 2000 });
    }
    {
      using _ = refuse("GetCallerIdentity", new AwsError("ServiceUnavailable", "down", 503));
      const why = "sts:GetCallerIdentity failed: ServiceUnavailable (HTTP 503)";
      expect(await provider.probe(current, at)).toEqual({ is: "unknown", why });
      await expect(provider.facts(current, at)).rejects.toMatchObject({
        code: "PROVIDER_UNAVAILABLE",
      });
    }
    using _ = loseReplies("GetCallerIdentity");
    expect(await provider.probe(current, at)).toMatchObject({ is: "unknown" });
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
  it("can be repeated, and takes its tag away", async () => {
    const { provider, at, tags } = await createIamUser(aws);
    const key = await provider.create("qt-aws-one-two", at);
    for (let time = 0; time < 2; time += 1) await provider.disable(idOf(key), at);
    for (let time = 0; time < 2; time += 1) await provider.remove(idOf(key), at);
    await provider.disable(idOf(key), at);
    expect(await tags()).toEqual([]);
    expect(await provider.probe(key, at)).toEqual({ is: "dead" });
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
