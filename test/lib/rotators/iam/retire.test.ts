import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rotator } from "../../../../lib/rotators/iam/rotator.ts";
import type { KeyParts } from "../../../../lib/rotators/key/provider.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import type { Aws } from "../../../../standin/aws.ts";
import { consumer, createIamUser, startIam } from "./iam-account.ts";

let aws: Aws;
beforeAll(async () => {
  aws = await startIam();
});
afterAll(() => aws?.[Symbol.asyncDispose]());

const hour = 3_600_000;

const documentOf = (where: string, key: KeyParts) => {
  const [id, secret] = ["id", "secret"].map((part) => key.get(part)?.reveal());
  const text = JSON.stringify({ access_key_id: id, secret_access_key: secret });
  return new SecretDocument(where, new Secret(text));
};

/** A user with an old key, which was used a moment ago, and a new one. */
async function replaced(adopt: boolean) {
  const account = await createIamUser(aws, { adopt });
  const { admin, user, spec, at, current: old, createKey } = account;
  const next = await createKey();
  await consumer(aws, old).sts.getCallerIdentity();
  const credential = rotator.credential(spec);
  const documents = { current: documentOf("AWSCURRENT", next), old: documentOf("RETIRING", old) };
  const since = Date.now();
  const status = async () => {
    const { AccessKeyMetadata = [] } = await admin.listAccessKeys({ UserName: user });
    const id = old.get("id")?.reveal();
    return AccessKeyMetadata.find(({ AccessKeyId }) => AccessKeyId === id)?.Status;
  };
  return {
    ...account,
    next,
    status,
    id: old.get("id")?.reveal() ?? "",
    /** One pass of settlement, hours after the key was used. */
    retire: (hours: number, refusedHours?: number) => {
      const refusedSince =
        refusedHours === undefined ? undefined : new Date(since + refusedHours * hour);
      return credential.retire(
        { ...documents, refusedSince },
        {
          ...at,
          now: () => new Date(since + hours * hour),
          randomInt: () => 0,
          secret: { name: "production/api-keys/aws", arn: "arn:aws:secretsmanager:::secret:aws" },
          token: "token",
          revokesFirst: false,
          leaked: false,
          outage() {},
        },
      );
    },
  };
}

describe("the old access key", () => {
  it("is disabled when nobody has used it for a while, deleted an hour later, then proven dead", async () => {
    const { retire, status, id, provider, at, next } = await replaced(true);
    expect(await retire(0.5)).toMatchObject({
      refused: false,
      waiting: expect.stringContaining(`${id} was used at`),
    });
    expect(await status()).toBe("Active");
    expect(await retire(2)).toMatchObject({
      refused: true,
      waiting: expect.stringContaining(`${id} is disabled`),
    });
    expect(await status()).toBe("Inactive");
    expect(await retire(2.5, 2)).toMatchObject({ refused: true });
    expect(await status()).toBe("Inactive");
    expect(await retire(3.1, 2)).toBeUndefined();
    expect(await status()).toBeUndefined();
    expect(await retire(4, 2)).toBeUndefined();
    expect(await provider.probe(next, at)).toEqual({ is: "alive" });
  });

  it("that somebody enabled again is disabled anew, and not deleted under their hands", async () => {
    const { retire, status, id, admin, user } = await replaced(true);
    await retire(2);
    await admin.updateAccessKey({ UserName: user, AccessKeyId: id, Status: "Active" });
    expect(await retire(3.5)).toMatchObject({ refused: true });
    expect(await status()).toBe("Inactive");
  });

  it("that a person created is theirs to delete, unless the manifest adopts it", async () => {
    const { retire, status, user } = await replaced(false);
    expect(await retire(2)).toMatchObject({
      refused: false,
      task: {
        code: "KEY_FOREIGN",
        remedy: expect.stringContaining(`/users/details/${user}?section=security_credentials`),
      },
    });
    expect(await status()).toBe("Active");
  });
});
