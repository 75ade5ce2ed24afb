import {
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  type PutParameterRequest,
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
});
