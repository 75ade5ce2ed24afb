import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checks } from "../../../../lib/rotators/iam/checks.ts";
import { keyName } from "../../../../lib/rotators/key/name.ts";
import type { KeyParts } from "../../../../lib/rotators/key/provider.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { asker } from "../../../../lib/validation/ask.ts";
import { type Aws, AwsError } from "../../../../standin/aws.ts";
import { createIamUser, startIam } from "./iam-account.ts";

let aws: Aws;
beforeAll(async () => {
  aws = await startIam();
});
afterAll(() => aws?.[Symbol.asyncDispose]());

const name = "production/api-keys/aws";
const arn = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
const idOf = (key: KeyParts) => key.get("id")?.reveal() ?? "";

type Account = Awaited<ReturnType<typeof createIamUser>>;

/** What `validate --live` finds of a secret with this key: severity, code and text. */
async function findings({ spec }: Account, key: KeyParts, fields: Record<string, string> = {}) {
  const value = {
    AWS_ACCESS_KEY_ID: key.get("id")?.reveal(),
    AWS_SECRET_ACCESS_KEY: key.get("secret")?.reveal(),
    ...fields,
  };
  const secret = {
    name,
    isOurs: false,
    current: new SecretDocument("AWSCURRENT", new Secret(JSON.stringify(value))),
    earlier: async function* () {},
    describe: async () => ({ known: { arn, name, versions: new Map(), rotationEnabled: false } }),
    read: async () => undefined,
  };
  const before = aws.calls.length;
  const facts = await checks.check(spec, secret as never, asker(AbortSignal.timeout(20_000)));
  const changing = aws.calls
    .slice(before)
    .filter(({ operation }) => !/^(Get|List)/.test(operation));
  expect(changing).toEqual([]);
  return {
    ...facts,
    found: facts.findings.map(({ severity, code }) => `${severity} ${code}`),
    told: facts.findings.map(({ what, allow }) => [what, allow].join(" ")).join("\n"),
  };
}

describe("the checks of an access key", () => {
  it("tell whose it is, how many there are, and that a person must delete one that is not adopted", async () => {
    const account = await createIamUser(aws);
    const { found, told, fields, holds } = await findings(account, account.current);
    expect(found).toEqual(["note KEYS_COUNTED", "warning KEY_NOT_OURS", "note KEY_OWNER"]);
    expect(told).toContain(`IAM user ${account.user} has 1 of at most 2 keys`);
    expect(told).toContain(`belongs to ${aws.accountId}`);
    expect(fields).toEqual({
      username: "AWS_ACCESS_KEY_ID",
      password: "AWS_SECRET_ACCESS_KEY",
      urls: [],
    });
    expect(holds).toEqual([{ name: `key ${idOf(account.current)} of IAM user ${account.user}` }]);
  });

  it("find no room where a foreign key takes it", async () => {
    const account = await createIamUser(aws, { adopt: true });
    const foreign = await account.createKey();
    const { found, told } = await findings(account, account.current);
    expect(found).toContain("error KEYS_FULL");
    expect(told).toContain(idOf(foreign));
  });

  it("find room where the other key is the one that the last rotation replaced", async () => {
    const account = await createIamUser(aws, { adopt: true });
    const owner = { secret: { name, arn }, field: "secret_access_key" };
    const next = await account.provider.create(keyName(owner, "token"), account.at);
    await account.admin.tagUser({
      UserName: account.user,
      Tags: [{ Key: idOf(account.current), Value: keyName(owner, "earlier") }],
    });
    expect((await findings(account, next)).found).toEqual(["note KEYS_COUNTED", "note KEY_OWNER"]);
  });

  it("find a key of another user", async () => {
    const [account, other] = [await createIamUser(aws, { adopt: true }), await createIamUser(aws)];
    const { found, told } = await findings(account, other.current);
    expect(found).toContain("error KEY_ELSEWHERE");
    expect(told).toContain(`is not one of IAM user ${account.user}: it belongs to arn:aws:iam`);
    expect(told).toContain(`user/${other.user}`);
  });

  it("find a key that is refused", async () => {
    const account = await createIamUser(aws, { adopt: true });
    await account.provider.disable(idOf(account.current), account.at);
    const { found, told } = await findings(account, account.current);
    expect(found).toContain("error KEY_REFUSED");
    expect(told).toContain("the key in AWS_SECRET_ACCESS_KEY");
  });

  it("find an SMTP password of another Region, and a missing id, each once", async () => {
    const ses = [{ region: "eu-central-1", password: "SMTP_PASSWORD" }];
    const account = await createIamUser(aws, { adopt: true, ses });
    const wrong = await findings(account, account.current, { SMTP_PASSWORD: "BWrong" });
    expect(wrong.found).toContain("error SMTP_PASSWORD_DIFFERS");
    const { current } = account;
    const withoutId = new Map([...current].filter(([part]) => part !== "id"));
    const missing = await findings(account, withoutId, { SMTP_PASSWORD: "" });
    expect(missing.found.filter((each) => each === "error FIELD_MISSING")).toHaveLength(1);
    const plain = await createIamUser(aws, { adopt: true });
    const { found } = await findings(plain, withoutId);
    expect(found.filter((each) => each === "error ACCESS_KEY_ID_MISSING")).toHaveLength(1);
  });

  it("say that there is no such user", async () => {
    const account = await createIamUser(aws, { adopt: true });
    const gone = { ...account, spec: { ...account.spec, user: "somebody-else" } };
    expect((await findings(gone, account.current)).found).toContain("error IAM_USER_MISSING");
  });

  it("say what the shell must be allowed where it may not list the keys", async () => {
    const account = await createIamUser(aws, { adopt: true });
    using _ = aws.intercept({
      before({ operation }) {
        if (operation === "ListAccessKeys") throw new AwsError("AccessDenied", "no", 403);
      },
    });
    const { found, told } = await findings(account, account.current);
    expect(found).toEqual(["warning COULD_NOT_CHECK", "note KEY_OWNER"]);
    expect(told).toContain(`iam:ListUserTags on the user ${account.user}`);
  });
});

describe("what a rotation would replace", () => {
  it("is the key with all that is derived from it", async () => {
    const ses = [{ region: "eu-central-1", password: "SMTP_PASSWORD" }];
    const { spec } = await createIamUser(aws, { ses });
    const value = { access_key_id: "a", secret_access_key: "b", SMTP_PASSWORD: "c", more: "d" };
    const document = new SecretDocument("AWSCURRENT", new Secret(JSON.stringify(value)));
    const replaced = checks.replaced(spec, document, document);
    expect(replaced.value.reveal()).toBe("b");
    expect(JSON.parse(replaced.document.text.reveal())).toEqual({
      access_key_id: "replaced",
      secret_access_key: "replaced",
      SMTP_PASSWORD: "replaced",
      more: "d",
    });
  });
});
