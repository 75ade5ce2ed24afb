import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  type PutParameterRequest,
  paginateGetParametersByPath,
} from "@aws-sdk/client-ssm";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { topic } from "./fact.ts";

const ssmApi = (page: string) =>
  `https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_${page}.html`;

const put = ({ clients }: TestAccount, input: PutParameterRequest) =>
  clients.ssm.send(new PutParameterCommand(input));

topic("Parameters", (fact) => {
  fact(
    "a SecureString begins at version 1 and counts up with Overwrite; without it an existing one is refused",
    { source: ssmApi("PutParameter") },
    async (account) => {
      const Name = `/${account.name()}`;
      const input = { Name, Value: "one", Type: "SecureString" } as const;
      expect((await put(account, input)).Version).toBe(1);
      await expect(put(account, { ...input, Value: "two" })).rejects.toMatchObject({
        name: "ParameterAlreadyExists",
      });
      expect((await put(account, { Name, Value: "two", Overwrite: true })).Version).toBe(2);
      const get = new GetParameterCommand({ Name, WithDecryption: true });
      const { Parameter } = await account.clients.ssm.send(get);
      expect(Parameter).toMatchObject({ Value: "two", Version: 2, Type: "SecureString" });
    },
  );

  fact("its type cannot be changed", { source: ssmApi("PutParameter") }, async (account) => {
    const Name = `/${account.name()}`;
    await put(account, { Name, Value: "one", Type: "SecureString" });
    await expect(
      put(account, { Name, Value: "two", Type: "String", Overwrite: true }),
    ).rejects.toThrow();
  });

  fact(
    "GetParameters reads what is there and names the rest",
    { source: ssmApi("GetParameters") },
    async (account) => {
      const [here, gone] = [`/${account.name()}`, `/${account.name()}`];
      await put(account, { Name: here, Value: "one", Type: "String" });
      const { ssm } = account.clients;
      const answer = await ssm.send(new GetParametersCommand({ Names: [here, gone] }));
      expect(answer.Parameters?.map(({ Name }) => Name)).toEqual([here]);
      expect(answer.InvalidParameters).toEqual([gone]);
    },
  );

  fact(
    "GetParameters takes ten names at most",
    { source: ssmApi("GetParameters") },
    async (account) => {
      const Names = Array.from({ length: 11 }, () => `/${account.name()}`);
      await expect(
        account.clients.ssm.send(new GetParametersCommand({ Names })),
      ).rejects.toMatchObject({ name: "ValidationException" });
    },
  );

  fact(
    "GetParametersByPath reads all below a path, page by page, and nothing beside it",
    { source: ssmApi("GetParametersByPath") },
    async (account) => {
      const path = `/${account.name()}`;
      const names = Array.from({ length: 12 }, (_, n) => `${path}/${n}/deep`);
      for (const Name of [...names, `${path}er`])
        await put(account, { Name, Value: "one", Type: "String", Overwrite: true });
      const { ssm } = account.clients;
      const input = { Path: path, Recursive: true };
      const sizes: number[] = [];
      const found: (string | undefined)[] = [];
      for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ssm }, input)) {
        sizes.push(Parameters.length);
        found.push(...Parameters.map(({ Name }) => Name));
      }
      expect(found.toSorted()).toEqual(names.toSorted());
      expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
    },
  );

  fact(
    "one that is deleted is gone, and begins at version 1 when it comes back",
    { source: ssmApi("DeleteParameter") },
    async (account) => {
      const Name = `/${account.name()}`;
      const input = { Name, Value: "one", Type: "String", Overwrite: true } as const;
      await put(account, input);
      await put(account, input);
      const remove = new DeleteParameterCommand({ Name });
      await account.clients.ssm.send(remove);
      await expect(account.clients.ssm.send(remove)).rejects.toMatchObject({
        name: "ParameterNotFound",
      });
      expect((await put(account, input)).Version).toBe(1);
    },
  );

  fact(
    "one of the standard tier holds 4,096 characters",
    { source: ssmApi("PutParameter") },
    async (account) => {
      const input = {
        Name: `/${account.name()}`,
        Value: "x".repeat(4096),
        Type: "String",
        Tier: "Standard",
        Overwrite: true,
      } as const;
      await put(account, input);
      await expect(put(account, { ...input, Value: `${input.Value}x` })).rejects.toMatchObject({
        name: "ValidationException",
      });
    },
  );

  fact(
    "one that is written more than 100 times drops its oldest version",
    {
      source:
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html",
      minutes: 5,
    },
    async (account) => {
      const Name = `/${account.name()}`;
      const versions: (number | undefined)[] = [];
      for (let n = 1; n <= 102; n += 1) {
        const input = { Name, Value: String(n), Type: "String", Overwrite: true } as const;
        versions.push((await put(account, input)).Version);
      }
      expect(versions.at(-1)).toBe(102);
      const read = (name: string) =>
        account.clients.ssm.send(new GetParameterCommand({ Name: name }));
      expect((await read(Name)).Parameter?.Value).toBe("102");
      await expect(read(`${Name}:1`)).rejects.toMatchObject({ name: "ParameterVersionNotFound" });
    },
  );
});
