import { randomBytes } from "node:crypto";
import {
  DescribeReplicationGroupsCommand,
  ModifyReplicationGroupCommand,
} from "@aws-sdk/client-elasticache";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { standinReplicationGroup } from "../../lab/conformance/settings.ts";
import { topic } from "./fact.ts";

const guide = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html";
const api =
  "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html";

const newToken = () => randomBytes(15).toString("hex");
const idOf = ({ settings }: TestAccount) => settings?.replicationGroup ?? standinReplicationGroup;

async function describe(account: TestAccount) {
  const command = new DescribeReplicationGroupsCommand({ ReplicationGroupId: idOf(account) });
  return (await account.clients.elasticache.send(command)).ReplicationGroups?.[0];
}

const modify = (account: TestAccount, strategy: "ROTATE" | "SET", token: string) =>
  account.clients.elasticache.send(
    new ModifyReplicationGroupCommand({
      ReplicationGroupId: idOf(account),
      AuthToken: token,
      AuthTokenUpdateStrategy: strategy,
      ApplyImmediately: true,
    }),
  );

const atRest = (account: TestAccount) =>
  eventually("a replication group at rest", account.patience(25), async () => {
    const group = await describe(account);
    return group?.Status === "available" && !group.PendingModifiedValues?.AuthTokenStatus;
  });

const changed = async (account: TestAccount, strategy: "ROTATE" | "SET", token: string) => {
  await modify(account, strategy, token);
  await atRest(account);
};

/** The name of the error with which it is refused; `taken`. */
const answerTo = async (account: TestAccount, strategy: "ROTATE" | "SET", token: string) => {
  const answer = await modify(account, strategy, token).then(
    () => "taken",
    ({ name }: Error) => name,
  );
  await atRest(account);
  return answer;
};

topic("AUTH tokens of ElastiCache", (fact) => {
  const needs = "replicationGroup";

  fact(
    "ROTATE, then SET of the same token: not at rest meanwhile, then available again",
    { source: guide, needs, minutes: 60 },
    async (account) => {
      await atRest(account);
      const [token, begun] = [newToken(), Date.now()];
      const { ReplicationGroup: asked } = await modify(account, "ROTATE", token);
      expect(asked?.AuthTokenEnabled).toBe(true);
      expect(asked?.Status === "available" && !asked.PendingModifiedValues?.AuthTokenStatus).toBe(
        false,
      );
      expect(JSON.stringify(asked)).not.toContain(token);
      await atRest(account);
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      await changed(account, "SET", token);
      return `at rest after ${seconds} s; meanwhile ${asked?.Status}, ${asked?.PendingModifiedValues?.AuthTokenStatus}`;
    },
  );

  fact(
    "ROTATE and SET may repeat the token that was rotated last",
    { source: `${guide} does not say; Quarterturn goes on where it is so`, needs, minutes: 90 },
    async (account) => {
      await atRest(account);
      const token = newToken();
      await changed(account, "ROTATE", token);
      await changed(account, "SET", token);
      await changed(account, "SET", token);
      await changed(account, "ROTATE", token);
      await changed(account, "SET", token);
    },
  );

  fact(
    "SET of a token that is not the one that was rotated last is refused",
    { source: guide, needs, minutes: 90 },
    async (account) => {
      await atRest(account);
      const [old, newest] = [newToken(), newToken()];
      await changed(account, "ROTATE", old);
      await changed(account, "SET", old);
      await changed(account, "ROTATE", newest);
      const [ofOld, ofAnother] = [
        await answerTo(account, "SET", old),
        await answerTo(account, "SET", newToken()),
      ];
      const seen = `SET of the older one: ${ofOld}; of one that was never rotated: ${ofAnother}`;
      // Quarterturn loses no login where they are taken, either.
      expect([ofOld, ofAnother], seen).toEqual([
        "InvalidParameterValueException",
        "InvalidParameterValueException",
      ]);
      await changed(account, "ROTATE", newest);
      await changed(account, "SET", newest);
      return seen;
    },
  );

  fact(
    "while one change is under way, another one is refused",
    { source: `${api} (InvalidReplicationGroupState)`, needs, minutes: 60 },
    async (account) => {
      await atRest(account);
      const token = newToken();
      await modify(account, "ROTATE", token);
      await expect(modify(account, "ROTATE", newToken())).rejects.toMatchObject({
        name: "InvalidReplicationGroupStateFault",
      });
      await atRest(account);
      await changed(account, "SET", token);
    },
  );

  fact(
    "a token of 15 characters is refused, and its error does not repeat it",
    { source: api, needs },
    async (account) => {
      await atRest(account);
      const token = newToken().slice(0, 15);
      const refused = await modify(account, "ROTATE", token).catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: "InvalidParameterValueException" });
      expect(String(refused)).not.toContain(token);
    },
  );

  fact(
    "of a group that does not exist: ReplicationGroupNotFoundFault",
    { source: api },
    async ({ clients: { elasticache } }) => {
      const ReplicationGroupId = "qt-conformance-none";
      const missing = { name: "ReplicationGroupNotFoundFault" };
      await expect(
        elasticache.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId })),
      ).rejects.toMatchObject(missing);
      await expect(
        elasticache.send(
          new ModifyReplicationGroupCommand({
            ReplicationGroupId,
            AuthToken: newToken(),
            AuthTokenUpdateStrategy: "SET",
            ApplyImmediately: true,
          }),
        ),
      ).rejects.toMatchObject(missing);
    },
  );
});
