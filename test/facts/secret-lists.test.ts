import { randomUUID } from "node:crypto";
import {
  BatchGetSecretValueCommand,
  type BatchGetSecretValueRequest,
  CreateSecretCommand,
  DeleteSecretCommand,
  type Filter,
  ListSecretsCommand,
  type ListSecretsRequest,
  ListSecretVersionIdsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { localstack, moto, secretsApi, topic } from "./fact.ts";
import { put } from "./secrets.ts";

/** ListSecrets may lag five minutes. */
const lag = 6;

/** The names of what is listed, page by page. */
async function names({ clients }: TestAccount, input: ListSecretsRequest): Promise<string[]> {
  const found: string[] = [];
  for (let NextToken: string | undefined; ; ) {
    const page = await clients.secrets.send(
      new ListSecretsCommand({ ...input, ...(NextToken && { NextToken }) }),
    );
    found.push(...(page.SecretList ?? []).map(({ Name = "" }) => Name));
    NextToken = page.NextToken;
    if (NextToken === undefined) return found;
  }
}

/** Waits until the list has so many entries. */
const listed = (account: TestAccount, input: ListSecretsRequest, count: number) =>
  eventually(`${count} secrets in the list`, account.patience(lag), async () => {
    const found = await names(account, input);
    return found.length === count && found;
  });

/** Makes secrets whose names begin with a new word and end as told; returns the word and a list by filters. */
async function secretsNamed(
  account: TestAccount,
  endings: Readonly<Record<string, Partial<ConstructorParameters<typeof CreateSecretCommand>[0]>>>,
) {
  const start = `${account.name()}/`;
  for (const [ending, more] of Object.entries(endings)) {
    await account.clients.secrets.send(
      new CreateSecretCommand({ Name: start + ending, SecretString: "v", ...more }),
    );
  }
  const own: Filter = { Key: "name", Values: [start] };
  await listed(account, { Filters: [own] }, Object.keys(endings).length);
  const find = async (...filters: Filter[]) => {
    const found = await names(account, { Filters: [own, ...filters] });
    return found.map((name) => name.slice(start.length));
  };
  return { start, own, find };
}

topic("Listing secrets", (fact) => {
  fact(
    "ListSecrets shows labels by version and tags",
    { source: secretsApi("SecretListEntry"), minutes: lag + 1 },
    async (account) => {
      const { name, version } = await account.createSecret();
      const entry = await eventually("the secret in the list", account.patience(lag), async () => {
        const own: Filter = { Key: "name", Values: [name] };
        const { SecretList } = await account.clients.secrets.send(
          new ListSecretsCommand({ Filters: [own] }),
        );
        return SecretList?.[0];
      });
      expect(entry).toMatchObject({
        Name: name,
        SecretVersionsToStages: { [version]: ["AWSCURRENT"] },
      });
      for (const field of ["RotationEnabled", "LastRotatedDate", "NextRotationDate"]) {
        expect(entry).not.toHaveProperty(field);
      }
    },
  );

  fact(
    "a filter by name compares the beginning, with case; values are alternatives",
    { source: secretsApi("Filter"), minutes: lag + 1 },
    async (account) => {
      const { start, find } = await secretsNamed(account, { One: {}, one: {}, two: {} });
      expect(await find({ Key: "name", Values: [`${start}O`] })).toEqual(["One"]);
      expect(await find({ Key: "name", Values: [`${start}t`, `${start}o`] })).toEqual([
        "one",
        "two",
      ]);
      expect(await find({ Key: "name", Values: [`!${start}t`] })).toEqual(["One", "one"]);
    },
  );

  fact(
    "filters by tag compare the beginning, with case; several filters must all fit",
    { source: secretsApi("Filter"), minutes: lag + 1 },
    async (account) => {
      const { find } = await secretsNamed(account, {
        a: { Tags: [{ Key: "Team", Value: "blue" }] },
        b: { Tags: [{ Key: "Team", Value: "Red" }] },
        c: {},
      });
      expect(await find({ Key: "tag-key", Values: ["Te"] })).toEqual(["a", "b"]);
      expect(await find({ Key: "tag-key", Values: ["te"] })).toEqual([]);
      expect(await find({ Key: "tag-value", Values: ["b"] })).toEqual(["a"]);
      const both: Filter[] = [
        { Key: "tag-key", Values: ["Team"] },
        { Key: "tag-value", Values: ["Red"] },
      ];
      expect(await find(...both)).toEqual(["b"]);
      expect(await find({ Key: "tag-key", Values: ["!Team"] })).toEqual(["c"]);
    },
  );

  fact(
    "a filter by description compares words, without case; all words of a value must be there",
    { source: moto("test_with_filter_with_value_with_multiple_words"), minutes: lag + 1 },
    async (account) => {
      const { find } = await secretsNamed(account, {
        foo: { Description: "one two" },
        bar: { Description: "One and Two" },
        baz: { Description: "one" },
        none: { Description: "unrelated" },
      });
      const by = (...Values: string[]): Filter => ({ Key: "description", Values });
      expect(await find(by("ONE two"))).toEqual(["foo", "bar"]);
      expect(await find(by("o t"))).toEqual(["foo", "bar"]);
      expect(await find(by("one"), by("two"))).toEqual(["foo", "bar"]);
      expect(await find(by("!o"))).toEqual(["none"]);
    },
  );

  fact(
    "the filter all splits at signs and ahead of capitals, and looks at name, description and tags",
    {
      source: moto("test_with_all_filter, test_with_all_filter_special_characters"),
      minutes: lag + 1,
    },
    async (account) => {
      const { find } = await secretsNamed(account, {
        ZebraOne: {},
        "x.ZebraTwo": { Description: "quagga" },
        Thirdzebra: { Tags: [{ Key: "quagga", Value: "v" }] },
        "COMPANYthings/x": {},
      });
      const all = (...Values: string[]) => find({ Key: "all", Values });
      expect(await all("zeb")).toEqual(["ZebraOne", "x.ZebraTwo"]);
      expect(await all("ebra")).toEqual([]);
      expect(await all("ZebraTwo")).toEqual(["x.ZebraTwo"]);
      expect(await all("Quagga")).toEqual(["x.ZebraTwo", "Thirdzebra"]);
      expect(await all("Ythings")).toEqual(["COMPANYthings/x"]);
      expect(await all("things")).toEqual([]);
    },
  );

  fact(
    "a filter needs a known key and values",
    { source: moto("test_with_invalid_filter_key, test_with_no_filter_values") },
    async (account) => {
      const list = (filter: object) => names(account, { Filters: [filter as Filter] });
      await expect(list({ Key: "invalid", Values: ["v"] })).rejects.toMatchObject({
        name: "ValidationException",
        message: expect.stringMatching(
          /^1 validation error detected: Value 'invalid' at 'filters\.1\.member\.key' failed to satisfy constraint: Member must satisfy enum value set: \[/,
        ),
      });
      await expect(list({ Values: ["v"] })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
      await expect(list({ Key: "description" })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    },
  );

  fact(
    "secrets come in pages, by the date of their creation or by name, upwards or downwards",
    { source: secretsApi("ListSecrets"), minutes: lag + 1 },
    async (account) => {
      const { own, start } = await secretsNamed(account, { b: {}, c: {}, a: {} });
      const list = async (input: ListSecretsRequest) =>
        (await names(account, { Filters: [own], MaxResults: 2, ...input }))
          .map((name) => name.slice(start.length))
          .join("");
      expect(await list({ SortBy: "created-date", SortOrder: "asc" })).toBe("bca");
      expect(await list({ SortBy: "created-date", SortOrder: "desc" })).toBe("acb");
      expect(await list({ SortBy: "name", SortOrder: "asc" })).toBe("abc");
      expect(await list({ SortBy: "name", SortOrder: "desc" })).toBe("cba");
    },
  );

  fact(
    "a secret that is scheduled for deletion is listed on request, with the date of its deletion",
    { source: secretsApi("SecretListEntry"), minutes: 2 * lag + 1 },
    async (account) => {
      const { own, start } = await secretsNamed(account, { here: {}, gone: {} });
      const gone = new DeleteSecretCommand({ SecretId: `${start}gone` });
      await account.clients.secrets.send(gone);
      expect(await listed(account, { Filters: [own] }, 1)).toEqual([`${start}here`]);
      const { SecretList = [] } = await account.clients.secrets.send(
        new ListSecretsCommand({ Filters: [own], IncludePlannedDeletion: true }),
      );
      const dates = SecretList.map(({ Name, DeletedDate }) => [Name, DeletedDate]);
      expect(dates).toEqual([
        [`${start}here`, undefined],
        [`${start}gone`, expect.any(Date)],
      ]);
      const days = (Number(dates[1]?.[1]) - Date.now()) / 86_400_000;
      return `DeletedDate in ListSecrets is ${days > 1 ? "the end of the recovery window" : "the time of DeleteSecret"}`;
    },
  );

  fact(
    "ListSecretVersionIds shows versions with a value, unlabelled ones on request, in pages",
    { source: localstack("test_deprecated_secret_version_stage") },
    async (account) => {
      const { name: SecretId, version } = await account.createSecret();
      for (const value of ["two", "three"]) await put(account, SecretId, value);
      const list = (more: object) =>
        account.clients.secrets.send(new ListSecretVersionIdsCommand({ SecretId, ...more }));
      const labelled = await list({});
      expect(labelled.Versions).toHaveLength(2);
      expect(labelled.Versions?.[0]?.KmsKeyIds).toEqual(["DefaultEncryptionKey"]);
      const first = await list({ IncludeDeprecated: true, MaxResults: 2 });
      const rest = await list({ IncludeDeprecated: true, NextToken: first.NextToken });
      const all = [...(first.Versions ?? []), ...(rest.Versions ?? [])];
      expect(all).toHaveLength(3);
      expect(all.find(({ VersionId }) => VersionId === version)?.VersionStages).toBeUndefined();
      await expect(list({ NextToken: "bogus" })).rejects.toMatchObject({
        name: "InvalidNextTokenException",
      });
    },
  );

  fact(
    "tags come and go; once there were some, an empty list is shown",
    { source: localstack("test_secret_tags") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      const { secrets } = account.clients;
      const tag = (Key: string, Value: string) =>
        secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }));
      await tag("team", "a");
      await tag("stage", "b");
      await tag("team", "c");
      await secrets.send(new UntagResourceCommand({ SecretId, TagKeys: ["stage"] }));
      expect((await account.describe(SecretId)).Tags).toEqual([{ Key: "team", Value: "c" }]);
      await secrets.send(new UntagResourceCommand({ SecretId, TagKeys: ["team"] }));
      expect((await account.describe(SecretId)).Tags).toEqual([]);
    },
  );
});

topic("Reading many secrets", (fact) => {
  const batch = ({ clients }: TestAccount, input: BatchGetSecretValueRequest) =>
    clients.secrets.send(new BatchGetSecretValueCommand(input));

  fact(
    "BatchGetSecretValue reads by names and ARNs; what cannot be read is in Errors",
    { source: secretsApi("BatchGetSecretValue") },
    async (account) => {
      const [one, two] = [await account.createSecret("1"), await account.createSecret("2")];
      const missing = account.name();
      const SecretIdList = [one.name, missing, two.arn];
      const { SecretValues = [], Errors } = await batch(account, { SecretIdList });
      expect(SecretValues.map((each) => [each.Name, each.SecretString]).toSorted()).toEqual(
        [
          [one.name, "1"],
          [two.name, "2"],
        ].toSorted(),
      );
      expect(SecretValues[0]).toMatchObject({
        VersionId: expect.any(String),
        VersionStages: ["AWSCURRENT"],
        CreatedDate: expect.any(Date),
      });
      expect(Errors).toEqual([
        {
          SecretId: missing,
          ErrorCode: "ResourceNotFoundException",
          Message: "Secrets Manager can't find the specified secret.",
        },
      ]);
    },
  );

  fact(
    "BatchGetSecretValue reads by filters, in pages",
    { source: secretsApi("BatchGetSecretValue"), minutes: lag + 1 },
    async (account) => {
      const { own } = await secretsNamed(account, { a: {}, b: {}, c: {} });
      const first = await batch(account, { Filters: [own], MaxResults: 2 });
      expect(first.SecretValues).toHaveLength(2);
      const NextToken = String(first.NextToken);
      const rest = await batch(account, { Filters: [own], MaxResults: 2, NextToken });
      expect(rest.SecretValues).toHaveLength(1);
    },
  );

  fact(
    "BatchGetSecretValue takes ids or filters, not both, and MaxResults with filters alone",
    { source: secretsApi("BatchGetSecretValue") },
    async (account) => {
      const Filters: Filter[] = [{ Key: "name", Values: [randomUUID()] }];
      for (const input of [
        {},
        { Filters, SecretIdList: ["a"] },
        { MaxResults: 5, SecretIdList: ["a"] },
      ]) {
        await expect(batch(account, input), JSON.stringify(input)).rejects.toMatchObject({
          name: "InvalidParameterException",
        });
      }
    },
  );
});
