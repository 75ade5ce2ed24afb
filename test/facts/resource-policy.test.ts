import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "vitest";
import { localstack, secretsApi, topic } from "./fact.ts";

const statement = { Action: "secretsmanager:GetSecretValue", Resource: "*" };
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

topic("Resource policies", (fact) => {
  fact(
    "a policy is put, shown and deleted",
    { source: localstack("test_resource_policy") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      const { secrets } = account.clients;
      const get = () => secrets.send(new GetResourcePolicyCommand({ SecretId }));
      expect(await get()).not.toHaveProperty("ResourcePolicy");
      const AWS = `arn:${account.partition}:iam::${account.accountId}:root`;
      const ResourcePolicy = policy({ ...statement, Effect: "Deny", Principal: { AWS } });
      await secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }));
      expect(JSON.parse(String((await get()).ResourcePolicy))).toMatchObject({
        Statement: [{ Effect: "Deny" }],
      });
      await secrets.send(new DeleteResourcePolicyCommand({ SecretId }));
      expect(await get()).not.toHaveProperty("ResourcePolicy");
    },
  );

  fact(
    "what is no policy is refused, and one for everybody with BlockPublicPolicy",
    { source: secretsApi("PutResourcePolicy") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      const put = (ResourcePolicy: string) =>
        account.clients.secrets.send(
          new PutResourcePolicyCommand({ SecretId, ResourcePolicy, BlockPublicPolicy: true }),
        );
      await expect(put("{")).rejects.toMatchObject({ name: "MalformedPolicyDocumentException" });
      const open = policy({ ...statement, Effect: "Allow", Principal: "*" });
      await expect(put(open)).rejects.toMatchObject({ name: "PublicPolicyException" });
    },
  );
});
