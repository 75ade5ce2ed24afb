import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { localstack, moto, secretsApi, secretsGuide, topic } from "./fact.ts";
import { moveLabel, put } from "./secrets.ts";

/** The first is AWSCURRENT, the second AWSPENDING. */
async function twoVersions(account: TestAccount) {
  const { name: id, version: one } = await account.createSecret();
  const { VersionId: two = "" } = await put(account, id, "two", { stages: ["AWSPENDING"] });
  return { id, one, two };
}

topic("Moving labels by hand", (fact) => {
  fact(
    "AWSCURRENT moves at once, AWSPREVIOUS follows, AWSPENDING stays",
    { source: localstack("test_update_secret_version_stages_current_pending_cycle") },
    async (account) => {
      const { id, one, two } = await twoVersions(account);
      await moveLabel(account, id, "AWSCURRENT", { from: one, to: two });
      expect(await account.labels(id)).toEqual({
        [one]: ["AWSPREVIOUS"],
        [two]: ["AWSCURRENT", "AWSPENDING"],
      });
      expect(await account.value(id)).toBe("two");
    },
  );

  fact(
    "AWSCURRENT moves back, and AWSPREVIOUS with it",
    { source: secretsApi("UpdateSecretVersionStage") },
    async (account) => {
      const { id, one, two } = await twoVersions(account);
      await moveLabel(account, id, "AWSCURRENT", { from: one, to: two });
      await moveLabel(account, id, "AWSCURRENT", { from: two, to: one });
      expect(await account.labels(id)).toEqual({
        [one]: ["AWSCURRENT"],
        [two]: ["AWSPENDING", "AWSPREVIOUS"],
      });
    },
  );

  fact(
    "a label of our own stays where it is when AWSCURRENT moves",
    {
      source: localstack("test_update_secret_version_stages_current_pending_cycle_custom_stages_1"),
    },
    async (account) => {
      const { id, one, two } = await twoVersions(account);
      await moveLabel(account, id, "RETIRING", { to: one });
      await moveLabel(account, id, "AWSCURRENT", { from: one, to: two });
      expect((await account.labels(id))[one]?.toSorted()).toEqual(["AWSPREVIOUS", "RETIRING"]);
    },
  );

  fact(
    "a version with a label of our own alone stays listed and readable",
    {
      source: localstack("test_update_secret_version_stages_current_pending_cycle_custom_stages_2"),
    },
    async (account) => {
      const { name: id, version } = await account.createSecret();
      await moveLabel(account, id, "RETIRING", { to: version });
      await put(account, id, "two");
      await put(account, id, "three");
      expect((await account.labels(id))[version]).toEqual(["RETIRING"]);
    },
  );

  fact(
    "a new AWSCURRENT by PutSecretValue takes AWSPENDING away from another version",
    { source: localstack("test_update_secret_version_stages_current_pending") },
    async (account) => {
      const { id, one, two } = await twoVersions(account);
      await moveLabel(account, id, "AWSCURRENT", { from: one, to: two });
      const { VersionId: three = "" } = await put(account, id, "three");
      expect(await account.labels(id)).toEqual({ [two]: ["AWSPREVIOUS"], [three]: ["AWSCURRENT"] });
    },
  );

  fact(
    "a label that another version has is not moved without naming that version, nor with a wrong one",
    { source: moto("test_update_secret_version_stage_dont_specify_current_stage") },
    async (account) => {
      const { id, one, two } = await twoVersions(account);
      const before = await account.labels(id);
      await expect(moveLabel(account, id, "AWSCURRENT", { to: two })).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${one}, so you must explicitly reference that version in RemoveFromVersionId.`,
      });
      for (const [label, from] of [
        ["AWSCURRENT", two],
        ["BLUE", one],
      ] as const) {
        await expect(moveLabel(account, id, label, { from, to: two })).rejects.toMatchObject({
          name: "InvalidParameterException",
        });
      }
      expect(await account.labels(id)).toEqual(before);
    },
  );

  fact(
    "a label is removed without MoveToVersionId, from its holder only, AWSCURRENT never",
    { source: secretsApi("UpdateSecretVersionStage") },
    async (account) => {
      const { id, one, two } = await twoVersions(account);
      for (const [label, from] of [
        ["AWSPENDING", one],
        ["AWSCURRENT", one],
        ["AWSCURRENT", two],
      ] as const) {
        await expect(moveLabel(account, id, label, { from })).rejects.toMatchObject({
          name: expect.stringMatching(/^Invalid(Parameter|Request)Exception$/),
        });
      }
      await moveLabel(account, id, "AWSPENDING", { from: two });
      expect(await account.labels(id)).toEqual({ [one]: ["AWSCURRENT"] });
    },
  );

  fact(
    "a version that is not there gets no label",
    { source: secretsApi("UpdateSecretVersionStage") },
    async (account) => {
      const { id, one } = await twoVersions(account);
      const nobody = randomUUID();
      await expect(
        moveLabel(account, id, "AWSCURRENT", { from: one, to: nobody }),
      ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    },
  );

  fact(
    "a secret has at most 20 labels",
    { source: secretsGuide("reference_limits") },
    async (account) => {
      const { id, one } = await twoVersions(account);
      for (let number = 3; number <= 20; number += 1) {
        await moveLabel(account, id, `label-${number}`, { to: one });
      }
      await expect(moveLabel(account, id, "label-21", { to: one })).rejects.toMatchObject({
        name: "LimitExceededException",
      });
    },
  );

  fact(
    "moving a label of our own changes LastChangedDate",
    { source: secretsApi("DescribeSecret") },
    async (account) => {
      const { name, version } = await account.createSecret();
      const before = await account.describe(name);
      await moveLabel(account, name, "RETIRING", { to: version });
      const after = await account.describe(name);
      expect(Number(after.LastChangedDate)).toBeGreaterThan(Number(before.LastChangedDate));
    },
  );
});
