import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "vitest";
import { localstack, moto, secretsApi, secretsGuide, topic } from "./fact.ts";
import { put } from "./secrets.ts";

topic("Writing a secret", (fact) => {
  fact(
    "CreateSecret makes the token the version, and labels it AWSCURRENT",
    { source: secretsApi("CreateSecret") },
    async (account) => {
      const { clients, region, accountId, partition } = account;
      const [Name, token] = [account.name(), randomUUID()];
      const created = await clients.secrets.send(
        new CreateSecretCommand({ Name, SecretString: "one", ClientRequestToken: token }),
      );
      expect(created.VersionId).toBe(token);
      const arn = `arn:${partition}:secretsmanager:${region}:${accountId}:secret:${Name}`;
      expect(created.ARN).toMatch(new RegExp(`^${arn}-[A-Za-z0-9]{6}$`));
      expect(await account.labels(Name)).toEqual({ [token]: ["AWSCURRENT"] });
    },
  );

  fact(
    "a secret without a value has no version",
    { source: localstack("test_create_secret_version_from_empty_secret") },
    async (account) => {
      const Name = account.name();
      const created = await account.clients.secrets.send(new CreateSecretCommand({ Name }));
      expect(created.VersionId).toBeUndefined();
      expect(await account.describe(Name)).not.toHaveProperty("VersionIdsToStages");
      await expect(account.value(Name)).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message:
          "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      });
    },
  );

  fact(
    "CreateSecret again: the same request is ignored, another value or token is refused",
    { source: moto("test_create_different_secret_with_same_token") },
    async (account) => {
      const { secrets } = account.clients;
      const [Name, token] = [account.name(), randomUUID()];
      const input = { Name, SecretString: "one", ClientRequestToken: token };
      const first = await secrets.send(new CreateSecretCommand(input));
      const again = await secrets.send(new CreateSecretCommand(input));
      expect([again.ARN, again.VersionId]).toEqual([first.ARN, token]);
      const other = { ...input, SecretString: "two" };
      await expect(secrets.send(new CreateSecretCommand(other))).rejects.toMatchObject({
        name: "ResourceExistsException",
        message: `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${first.ARN}.`,
      });
      const fresh = { ...input, ClientRequestToken: randomUUID() };
      await expect(secrets.send(new CreateSecretCommand(fresh))).rejects.toMatchObject({
        name: "ResourceExistsException",
        message: `The operation failed because the secret ${Name} already exists.`,
      });
    },
  );

  for (const [what, input] of [
    ["a token under 32 characters", { ClientRequestToken: "short", SecretString: "v" }],
    ["a token over 64 characters", { ClientRequestToken: "x".repeat(65), SecretString: "v" }],
    ["a string and a binary value", { SecretString: "v", SecretBinary: Buffer.from("v") }],
    ["a value over 64 KiB", { SecretString: "canary".repeat(11_000) }],
  ] as const) {
    fact(
      `${what} is refused, without a word of the value`,
      { source: secretsApi("CreateSecret") },
      async (account) => {
        const command = new CreateSecretCommand({ Name: account.name(), ...input });
        await expect(account.clients.secrets.send(command)).rejects.toMatchObject({
          name: expect.stringMatching(/^(InvalidParameter|Validation)Exception$/),
          message: expect.not.stringContaining("canary"),
        });
      },
    );
  }

  fact(
    "a value has at most 65,536 bytes",
    { source: secretsGuide("reference_limits") },
    async (account) => {
      const largest = "é".repeat(32_768);
      const { name } = await account.createSecret(largest);
      expect(await account.value(name)).toBe(largest);
      await expect(put(account, name, `${largest}x`)).rejects.toMatchObject({
        name: expect.stringMatching(/^(InvalidParameter|Validation)Exception$/),
      });
    },
  );

  fact(
    "PutSecretValue without VersionStages moves AWSCURRENT, and AWSPREVIOUS behind it",
    { source: secretsApi("PutSecretValue") },
    async (account) => {
      const { name } = await account.createSecret();
      const two = await put(account, name, "two");
      const three = await put(account, name, "three");
      expect(three.VersionStages).toEqual(["AWSCURRENT"]);
      expect(await account.labels(name)).toEqual({
        [String(two.VersionId)]: ["AWSPREVIOUS"],
        [String(three.VersionId)]: ["AWSCURRENT"],
      });
    },
  );

  fact(
    "PutSecretValue with a token that is in use: the same value does nothing, another is refused",
    { source: moto("test_put_different_secret_value_with_same_token") },
    async (account) => {
      const { name, arn } = await account.createSecret();
      const token = randomUUID();
      const write = (value: string) => put(account, name, value, { stages: ["AWSPENDING"], token });
      await write("two");
      expect((await write("two")).VersionId).toBe(token);
      await expect(write("canary")).rejects.toMatchObject({
        name: "ResourceExistsException",
        message: `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
      });
    },
  );

  fact(
    "PutSecretValue takes a label from the version that has it",
    { source: secretsApi("PutSecretValue") },
    async (account) => {
      const { name, version } = await account.createSecret();
      await put(account, name, "two", { stages: ["AWSPENDING", "BLUE"] });
      const three = await put(account, name, "three", { stages: ["BLUE", "AWSPENDING"] });
      expect(three.VersionStages?.toSorted()).toEqual(["AWSPENDING", "BLUE"]);
      expect(await account.labels(name)).toEqual({
        [version]: ["AWSCURRENT"],
        [String(three.VersionId)]: ["AWSPENDING", "BLUE"],
      });
    },
  );

  fact(
    "the first version of a secret gets AWSCURRENT, whatever the request says",
    { source: secretsApi("PutSecretValue") },
    async (account) => {
      const Name = account.name();
      await account.clients.secrets.send(new CreateSecretCommand({ Name }));
      const { VersionStages } = await put(account, Name, "one", { stages: ["BLUE"] });
      expect(VersionStages?.toSorted()).toEqual(["AWSCURRENT", "BLUE"]);
    },
  );

  fact(
    "PutSecretValue needs a value, and a RotationToken of its form",
    { source: secretsApi("PutSecretValue") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      const { secrets } = account.clients;
      await expect(secrets.send(new PutSecretValueCommand({ SecretId }))).rejects.toThrow();
      const short = { SecretId, SecretString: "v", RotationToken: "short" };
      await expect(secrets.send(new PutSecretValueCommand(short))).rejects.toThrow();
    },
  );

  fact(
    "UpdateSecret writes a new AWSCURRENT, or only the description",
    { source: localstack("test_update_secret_description") },
    async (account) => {
      const { name: SecretId, version } = await account.createSecret();
      const { secrets } = account.clients;
      const Description = "what for";
      const described = await secrets.send(new UpdateSecretCommand({ SecretId, Description }));
      expect(described.VersionId).toBeUndefined();
      const token = randomUUID();
      const input = { SecretId, SecretString: "two", ClientRequestToken: token };
      await secrets.send(new UpdateSecretCommand(input));
      expect(await account.labels(SecretId)).toEqual({
        [version]: ["AWSPREVIOUS"],
        [token]: ["AWSCURRENT"],
      });
      expect((await account.describe(SecretId)).Description).toBe(Description);
    },
  );

  fact(
    "UpdateSecret with a token that is in use: the same value is ignored, another is refused",
    { source: moto("test_update_same_secret_value_with_same_token") },
    async (account) => {
      const { name: SecretId, version } = await account.createSecret("one");
      const update = (SecretString: string) =>
        account.clients.secrets.send(
          new UpdateSecretCommand({ SecretId, SecretString, ClientRequestToken: version }),
        );
      expect((await update("one")).VersionId).toBe(version);
      await expect(update("two")).rejects.toMatchObject({ name: "ResourceExistsException" });
      expect(await account.labels(SecretId)).toEqual({ [version]: ["AWSCURRENT"] });
    },
  );

  fact(
    "UpdateSecret keeps a new KmsKeyId; an empty one is the key that AWS manages",
    {
      source: secretsApi("UpdateSecret"),
      only: ["standin", "an account needs a key of its own, which cannot be deleted at once"],
    },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      const update = (KmsKeyId: string) =>
        account.clients.secrets.send(new UpdateSecretCommand({ SecretId, KmsKeyId }));
      await update("alias/one");
      expect((await account.describe(SecretId)).KmsKeyId).toBe("alias/one");
      await update("");
      expect(await account.describe(SecretId)).not.toHaveProperty("KmsKeyId");
    },
  );
});

topic("Reading a secret", (fact) => {
  fact(
    "a secret is found by name, by ARN, and by ARN without its six random characters",
    { source: secretsGuide("troubleshoot") },
    async (account) => {
      const secret = await account.createSecret();
      for (const id of [secret.name, secret.arn, secret.arn.slice(0, -7)]) {
        expect(await account.value(id)).toBe("one");
      }
      const nameWithRandom = secret.name + secret.arn.slice(-7);
      await expect(account.value(nameWithRandom)).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message: "Secrets Manager can't find the specified secret.",
      });
    },
  );

  fact(
    "GetSecretValue answers AWSCURRENT by default, else by version, by label, or by both",
    { source: localstack("test_get_secret_value_errors, test_secret_version_not_found") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      const { VersionId = "" } = await put(account, SecretId, "two", { stages: ["AWSPENDING"] });
      const get = (by: { VersionId?: string; VersionStage?: string }) =>
        account.clients.secrets.send(new GetSecretValueCommand({ SecretId, ...by }));
      expect((await get({})).SecretString).toBe("one");
      expect((await get({ VersionStage: "AWSPENDING" })).SecretString).toBe("two");
      const both = await get({ VersionId, VersionStage: "AWSPENDING" });
      expect(both).toMatchObject({ SecretString: "two", VersionStages: ["AWSPENDING"] });
      const nobody = randomUUID();
      await expect(get({ VersionId: nobody })).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message: `Secrets Manager can't find the specified secret value for VersionId: ${nobody}`,
      });
      await expect(get({ VersionStage: "AWSPREVIOUS" })).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message:
          "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
      });
      await expect(get({ VersionId, VersionStage: "AWSCURRENT" })).rejects.toMatchObject({
        name: "InvalidRequestException",
        message: "You provided a VersionStage that is not associated to the provided VersionId.",
      });
    },
  );

  fact(
    "a binary value comes back byte for byte",
    { source: secretsApi("GetSecretValue") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      const bytes = Uint8Array.from([0, 255, 10, 128]);
      const { secrets } = account.clients;
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretBinary: bytes }));
      const got = await secrets.send(new GetSecretValueCommand({ SecretId }));
      expect(got.SecretBinary).toEqual(bytes);
      expect(got.SecretString).toBeUndefined();
    },
  );

  fact(
    "DescribeSecret has no rotation fields before rotation is configured",
    { source: localstack("test_create_and_update_secret") },
    async (account) => {
      const { name } = await account.createSecret();
      const described = await account.describe(name);
      for (const field of ["RotationEnabled", "LastRotatedDate", "NextRotationDate", "Tags"]) {
        expect(described).not.toHaveProperty(field);
      }
      expect(described.LastChangedDate).toBeInstanceOf(Date);
    },
  );
});
