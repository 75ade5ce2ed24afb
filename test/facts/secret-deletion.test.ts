import {
  CreateSecretCommand,
  DeleteSecretCommand,
  type DeleteSecretRequest,
  RestoreSecretCommand,
  TagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { localstack, secretsApi, topic } from "./fact.ts";
import { put } from "./secrets.ts";

const DAY = 86_400_000;
const remove = ({ clients }: TestAccount, input: DeleteSecretRequest) =>
  clients.secrets.send(new DeleteSecretCommand(input));

topic("Deleting a secret", (fact) => {
  fact(
    "it is kept for the recovery window, described but neither read nor written nor tagged",
    { source: localstack("test_tag_untag_resource_on_deleted_secret") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      const { DeletionDate } = await remove(account, { SecretId });
      expect(Math.abs(Number(DeletionDate) - Date.now() - 30 * DAY)).toBeLessThan(DAY);
      const Tags = [{ Key: "k", Value: "v" }];
      for (const attempt of [
        account.value(SecretId),
        put(account, SecretId, "two"),
        account.clients.secrets.send(new TagResourceCommand({ SecretId, Tags })),
      ]) {
        await expect(attempt).rejects.toMatchObject({
          name: "InvalidRequestException",
          message: expect.stringMatching(/deletion|deleted/),
        });
      }
      expect((await account.describe(SecretId)).DeletedDate).toBeInstanceOf(Date);
    },
  );

  fact(
    "its name cannot be used meanwhile",
    { source: localstack("test_exp_raised_on_creation_of_secret_scheduled_for_deletion") },
    async (account) => {
      const { name } = await account.createSecret();
      await remove(account, { SecretId: name });
      const again = new CreateSecretCommand({ Name: name, SecretString: "two" });
      await expect(account.clients.secrets.send(again)).rejects.toMatchObject({
        name: "InvalidRequestException",
        message:
          "You can't create this secret because a secret with this name is already scheduled for deletion.",
      });
    },
  );

  fact(
    "it can be taken back within the window, with its value",
    { source: localstack("test_secret_restore") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      await remove(account, { SecretId, RecoveryWindowInDays: 7 });
      const restored = await account.clients.secrets.send(new RestoreSecretCommand({ SecretId }));
      expect(restored.Name).toBe(SecretId);
      expect(await account.value(SecretId)).toBe("one");
      expect(await account.describe(SecretId)).not.toHaveProperty("DeletedDate");
    },
  );

  fact(
    "the window has 7 to 30 days, and none with ForceDeleteWithoutRecovery",
    { source: secretsApi("DeleteSecret") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      for (const input of [
        { RecoveryWindowInDays: 6 },
        { RecoveryWindowInDays: 31 },
        { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
      ]) {
        await expect(remove(account, { SecretId, ...input })).rejects.toMatchObject({
          name: "InvalidParameterException",
        });
      }
    },
  );

  fact(
    "ForceDeleteWithoutRecovery removes it, also when it is scheduled or gone already",
    { source: localstack("test_force_delete_deleted_secret") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      await remove(account, { SecretId });
      const force = { SecretId, ForceDeleteWithoutRecovery: true };
      expect((await remove(account, force)).Name).toBe(SecretId);
      await eventually("the end of the secret", account.patience(2), () =>
        account.describe(SecretId).then(
          () => false,
          ({ name }: Error) => name === "ResourceNotFoundException",
        ),
      );
      await remove(account, force);
    },
  );
});
