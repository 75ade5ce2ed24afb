import { randomBytes } from "node:crypto";
import { DescribeUsersCommand, ModifyUserCommand } from "@aws-sdk/client-elasticache";
import {
  DescribeUsersCommand as DescribeMemoryDbUsersCommand,
  UpdateUserCommand,
} from "@aws-sdk/client-memorydb";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { standinCacheUser } from "../../lab/conformance/settings.ts";
import { topic } from "./fact.ts";

const api = (page: string) =>
  `https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_${page}.html`;
const memoryDbApi = "https://docs.aws.amazon.com/memorydb/latest/APIReference/API_UpdateUser.html";

const newPassword = () => randomBytes(15).toString("hex");
const idOf = ({ settings }: TestAccount) => settings?.cacheUser ?? standinCacheUser;

async function describe(account: TestAccount) {
  const command = new DescribeUsersCommand({ UserId: idOf(account) });
  return (await account.clients.elasticache.send(command)).Users?.[0];
}

const modify = (account: TestAccount, ...Passwords: string[]) =>
  account.clients.elasticache.send(new ModifyUserCommand({ UserId: idOf(account), Passwords }));

const atRest = (account: TestAccount) =>
  eventually("a user at rest", account.patience(15), async () => {
    return (await describe(account))?.Status === "active";
  });

topic("Users of ElastiCache and MemoryDB", (fact) => {
  fact(
    "the list of passwords is replaced: modifying, then active, and the count is that of the list",
    { source: api("ModifyUser"), needs: "cacheUser", minutes: 20 },
    async (account) => {
      await atRest(account);
      const [one, two, begun] = [newPassword(), newPassword(), Date.now()];
      const asked = await modify(account, one, two);
      expect(asked.Status).toBe("modifying");
      expect(JSON.stringify(asked)).not.toContain(one);
      const during = (await describe(account))?.Authentication?.PasswordCount;
      await atRest(account);
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      expect((await describe(account))?.Authentication).toMatchObject({ PasswordCount: 2 });
      await modify(account, two);
      await atRest(account);
      expect((await describe(account))?.Authentication).toMatchObject({ PasswordCount: 1 });
      return `active after ${seconds} s; the count meanwhile: ${during}`;
    },
  );

  fact(
    "while one change is under way, another one is refused",
    { source: `${api("ModifyUser")} (InvalidUserState)`, needs: "cacheUser", minutes: 20 },
    async (account) => {
      await atRest(account);
      await modify(account, newPassword());
      await expect(modify(account, newPassword())).rejects.toMatchObject({
        name: "InvalidUserStateFault",
      });
      await atRest(account);
    },
  );

  fact(
    "a password of 15 characters is refused, and its error does not repeat it",
    {
      source:
        "the service's own message, in hashicorp/terraform-provider-aws#24273: 16-128 characters",
      needs: "cacheUser",
    },
    async (account) => {
      const password = newPassword().slice(0, 15);
      const refused = await modify(account, password).catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: "InvalidParameterValueException" });
      expect(String(refused)).not.toContain(password);
    },
  );

  fact(
    "of a user that does not exist: UserNotFound",
    { source: `${api("ModifyUser")}; ${memoryDbApi}` },
    async ({ clients: { elasticache, memorydb } }) => {
      const name = "qt-conformance-none";
      const missing = { name: "UserNotFoundFault" };
      const Passwords = [newPassword()];
      for (const asked of [
        elasticache.send(new DescribeUsersCommand({ UserId: name })),
        elasticache.send(new ModifyUserCommand({ UserId: name, Passwords })),
        memorydb.send(new DescribeMemoryDbUsersCommand({ UserName: name })),
        memorydb.send(
          new UpdateUserCommand({
            UserName: name,
            AuthenticationMode: { Type: "password", Passwords },
          }),
        ),
      ])
        await expect(asked).rejects.toMatchObject(missing);
    },
  );
});
