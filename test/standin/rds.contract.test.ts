/**
 * What the stand-in for databases of RDS must do, driven by the real SDK client over the wire. Pages are at
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/.
 */
import { randomUUID } from "node:crypto";
import { RDS } from "@aws-sdk/client-rds";
import { afterAll, describe, expect, it } from "vitest";
import { eventually } from "../../lab/conformance/eventually.ts";
import { type DatabaseDefinition, startAws } from "../../standin/aws.ts";
import { clientConfig } from "./fixtures.ts";

const aws = await startAws({ rds: { beginMs: 60, changeMs: 120, endMs: 200 } });
const rds = new RDS(clientConfig(aws));
afterAll(() => aws[Symbol.asyncDispose]());

const patience = { within: 5000, every: 20 };

const error = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });

/** A database of its own for a test, and the passwords that it was given. */
function add(more: Partial<DatabaseDefinition> = {}) {
  const id = `db-${randomUUID()}`;
  const set: string[] = [];
  aws.rds.addDatabase({
    ...{ kind: "instance", id, engine: "postgres", masterUsername: "master" },
    ...{ host: `${id}.invalid`, port: 5432 },
    setPassword: async (password) => set.push(password),
    ...more,
  });
  return { id, set };
}

const instance = async (DBInstanceIdentifier: string) =>
  (await rds.describeDBInstances({ DBInstanceIdentifier })).DBInstances?.[0];

const cluster = async (DBClusterIdentifier: string) =>
  (await rds.describeDBClusters({ DBClusterIdentifier })).DBClusters?.[0];

describe("An instance (API_DBInstance)", () => {
  it("is shown with its endpoint, its user and its relations", async () => {
    const source = add();
    const managedSecret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf";
    const { id } = add({ source: source.id, managedSecret });
    expect(await instance(id)).toMatchObject({
      DBInstanceIdentifier: id,
      DBInstanceStatus: "available",
      Engine: "postgres",
      MasterUsername: "master",
      Endpoint: { Address: `${id}.invalid`, Port: 5432 },
      ReadReplicaSourceDBInstanceIdentifier: source.id,
      MasterUserSecret: { SecretArn: managedSecret, SecretStatus: "active" },
      DBInstanceArn: `arn:aws:rds:${aws.region}:${aws.accountId}:db:${id}`,
    });
    expect(await instance(source.id.toUpperCase())).toMatchObject({
      DBInstanceIdentifier: source.id,
      ReadReplicaDBInstanceIdentifiers: [id],
    });
  });

  it("is not there", async () => {
    await expect(instance("nothing")).rejects.toMatchObject(error("DBInstanceNotFoundFault", 404));
    const asked = rds.modifyDBInstance({
      DBInstanceIdentifier: "nothing",
      MasterUserPassword: "x",
    });
    await expect(asked).rejects.toMatchObject(error("DBInstanceNotFoundFault", 404));
  });

  it("is listed in pages (API_DescribeDBInstances)", async () => {
    for (let count = 0; count < 21; count += 1) add();
    const first = await rds.describeDBInstances({ MaxRecords: 20 });
    expect(first.DBInstances).toHaveLength(20);
    const next = await rds.describeDBInstances({ MaxRecords: 100, Marker: first.Marker });
    expect(next.DBInstances?.length).toBeGreaterThan(0);
    const ids = [first, next].flatMap(({ DBInstances = [] }) =>
      DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("A master password (API_ModifyDBInstance, API_ModifyDBCluster)", () => {
  it("is changed later: pending, resetting, available", async () => {
    const { id, set } = add();
    const asked = await rds.modifyDBInstance({
      DBInstanceIdentifier: id,
      MasterUserPassword: "correct-horse",
    });
    expect(asked.DBInstance).toMatchObject({
      DBInstanceStatus: "available",
      PendingModifiedValues: { MasterUserPassword: "****" },
    });
    expect(set).toEqual([]);
    await eventually("resetting", patience, async () =>
      (await instance(id))?.DBInstanceStatus === "resetting-master-credentials" ? true : undefined,
    );
    const other = rds.modifyDBInstance({
      DBInstanceIdentifier: id,
      MasterUserPassword: "another-one",
    });
    await expect(other).rejects.toMatchObject(error("InvalidDBInstanceStateFault", 400));
    await eventually("available", patience, async () =>
      (await instance(id))?.DBInstanceStatus === "available" ? true : undefined,
    );
    expect(set).toEqual(["correct-horse"]);
    expect((await instance(id))?.PendingModifiedValues?.MasterUserPassword).toBeUndefined();
  });

  it("of a cluster is the cluster's", async () => {
    const { id, set } = add({
      kind: "cluster",
      engine: "aurora-postgresql",
      readerHost: "ro.invalid",
    });
    const member = add({ cluster: id });
    await expect(
      rds.modifyDBInstance({
        DBInstanceIdentifier: member.id,
        MasterUserPassword: "correct-horse",
      }),
    ).rejects.toMatchObject({ name: "InvalidParameterCombination" });
    await rds.modifyDBCluster({ DBClusterIdentifier: id, MasterUserPassword: "correct-horse" });
    expect(await cluster(id)).toMatchObject({
      Endpoint: `${id}.invalid`,
      ReaderEndpoint: "ro.invalid",
      Port: 5432,
      PendingModifiedValues: { MasterUserPassword: "****" },
      DBClusterMembers: [{ DBInstanceIdentifier: member.id, IsClusterWriter: true }],
    });
    await eventually("changed", patience, async () => (set.length > 0 ? true : undefined));
    await expect(cluster("nothing")).rejects.toMatchObject(error("DBClusterNotFoundFault", 404));
  });

  it("that the database does not take is dropped without a word", async () => {
    const { id } = add({ setPassword: () => Promise.reject(new Error("policy")) });
    await rds.modifyDBInstance({ DBInstanceIdentifier: id, MasterUserPassword: "correct-horse" });
    await eventually("dropped", patience, async () =>
      (await instance(id))?.PendingModifiedValues?.MasterUserPassword ? undefined : true,
    );
  });

  it.each([
    ["shorter than 8", "postgres", "a".repeat(7)],
    ["longer than an engine's", "mariadb", "a".repeat(42)],
    ["with a slash", "postgres", "correct/horse"],
    ["with a space", "postgres", "correct horse"],
  ])("%s is refused", async (_, engine, MasterUserPassword) => {
    const { id } = add({ engine });
    const asked = rds.modifyDBInstance({ DBInstanceIdentifier: id, MasterUserPassword });
    await expect(asked).rejects.toMatchObject(error("InvalidParameterValue", 400));
    await expect(asked).rejects.not.toThrow(MasterUserPassword);
  });

  it("that RDS keeps itself, or of a database that is stopped, is refused", async () => {
    const managed = add({ managedSecret: "arn" });
    const change = { MasterUserPassword: "correct-horse" };
    await expect(
      rds.modifyDBInstance({ DBInstanceIdentifier: managed.id, ...change }),
    ).rejects.toMatchObject({ name: "InvalidParameterCombination" });
    const { id } = add();
    aws.rds.setStatus(id, "stopped");
    await expect(
      rds.modifyDBInstance({ DBInstanceIdentifier: id, ...change }),
    ).rejects.toMatchObject(error("InvalidDBInstanceStateFault", 400));
  });

  it("comes with nothing else: other changes are refused, not ignored", async () => {
    const { id } = add();
    await expect(
      rds.modifyDBInstance({ DBInstanceIdentifier: id, DBInstanceClass: "db.r8g.large" }),
    ).rejects.toMatchObject(error("InvalidParameterValue", 400));
  });
});

describe("A proxy (API_DBProxy)", () => {
  it("is shown with its secrets and its endpoints", async () => {
    aws.rds.addProxy({
      name: "pool",
      host: "pool.invalid",
      secrets: ["arn:one"],
      endpoints: [{ name: "ro", host: "ro-pool.invalid" }],
    });
    const { DBProxies = [] } = await rds.describeDBProxies({ DBProxyName: "pool" });
    expect(DBProxies).toMatchObject([
      { DBProxyName: "pool", Endpoint: "pool.invalid", Auth: [{ SecretArn: "arn:one" }] },
    ]);
    const { DBProxyEndpoints = [] } = await rds.describeDBProxyEndpoints({});
    expect(DBProxyEndpoints).toMatchObject([{ DBProxyName: "pool", Endpoint: "ro-pool.invalid" }]);
    await expect(rds.describeDBProxies({ DBProxyName: "none" })).rejects.toMatchObject(
      error("DBProxyNotFoundFault", 404),
    );
  });
});
