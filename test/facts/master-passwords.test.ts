import { randomBytes } from "node:crypto";
import { DescribeDBInstancesCommand, ModifyDBInstanceCommand } from "@aws-sdk/client-rds";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { standinDatabase } from "../../lab/conformance/settings.ts";
import { topic } from "./fact.ts";

const api = (page: string) =>
  `https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_${page}.html`;
const statuses =
  "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status";

const newPassword = () => randomBytes(15).toString("hex");
const idOf = ({ settings }: TestAccount) => settings?.database ?? standinDatabase;

async function describe(account: TestAccount) {
  const command = new DescribeDBInstancesCommand({ DBInstanceIdentifier: idOf(account) });
  const [instance] = (await account.clients.rds.send(command)).DBInstances ?? [];
  return { status: instance?.DBInstanceStatus, pending: instance?.PendingModifiedValues };
}

const modify = (account: TestAccount, MasterUserPassword: string) =>
  account.clients.rds.send(
    new ModifyDBInstanceCommand({ DBInstanceIdentifier: idOf(account), MasterUserPassword }),
  );

const atRest = (account: TestAccount) =>
  eventually("an instance at rest", account.patience(15), async () => {
    const { status, pending } = await describe(account);
    return status === "available" && pending?.MasterUserPassword === undefined;
  });

topic("Master passwords of RDS", (fact) => {
  fact(
    "a change without ApplyImmediately is pending, then resetting-master-credentials, then over",
    { source: `${api("ModifyDBInstance")}; ${statuses}`, needs: "database", minutes: 20 },
    async (account) => {
      await atRest(account);
      const [password, begun] = [newPassword(), Date.now()];
      const { DBInstance } = await modify(account, password);
      const shown = DBInstance?.PendingModifiedValues?.MasterUserPassword;
      expect(shown).toBeDefined();
      expect(shown).not.toContain(password);
      await eventually("the status", account.patience(15), async () => {
        const { status } = await describe(account);
        return status === "resetting-master-credentials";
      });
      const resetting = Date.now() - begun;
      await atRest(account);
      const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
      return `resetting after ${seconds(resetting)}, over after ${seconds(Date.now() - begun)}`;
    },
  );

  fact(
    "while one is under way, another one is refused",
    {
      source: `${api("ModifyDBInstance")} (InvalidDBInstanceState)`,
      needs: "database",
      minutes: 20,
    },
    async (account) => {
      await atRest(account);
      await modify(account, newPassword());
      await eventually("the status", account.patience(15), async () => {
        const { status } = await describe(account);
        return status === "resetting-master-credentials";
      });
      await expect(modify(account, newPassword())).rejects.toMatchObject({
        name: "InvalidDBInstanceStateFault",
      });
      await atRest(account);
    },
  );

  for (const [what, password] of [
    ["shorter than 8 characters", "a1b2c3d"],
    ["with a slash", "correct/horse"],
    ["with a quotation mark", 'correct"horse'],
    ["with an at sign", "correct@horse"],
    ["with a space", "correct horse"],
  ] as const)
    fact(
      `one ${what} is refused, and its error does not repeat it`,
      {
        source: `${api("ModifyDBInstance")}; of the space the service's own message, in alphagov/govuk-infrastructure#1270`,
        needs: "database",
      },
      async (account) => {
        const refused = await modify(account, password).catch((error: unknown) => error);
        expect(refused).toMatchObject({ name: "InvalidParameterValue" });
        expect(String(refused)).not.toContain(password);
      },
    );

  fact(
    "of an instance that does not exist: DBInstanceNotFound",
    { source: `${api("ModifyDBInstance")}; ${api("DescribeDBInstances")}` },
    async ({ clients: { rds } }) => {
      const DBInstanceIdentifier = "qt-conformance-none";
      const missing = { name: "DBInstanceNotFoundFault" };
      const change = { DBInstanceIdentifier, MasterUserPassword: newPassword() };
      await expect(rds.send(new ModifyDBInstanceCommand(change))).rejects.toMatchObject(missing);
      const described = rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
      await expect(described).rejects.toMatchObject(missing);
    },
  );
});
