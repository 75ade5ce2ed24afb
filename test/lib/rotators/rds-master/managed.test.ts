import { randomUUID } from "node:crypto";
import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, describe, expect, it } from "vitest";
import { lookUpGrants, usesOf } from "../../../../lib/rotators/login/managed-master.ts";
import type { DatabaseDefinition } from "../../../../standin/aws.ts";
import { pairScene, settle } from "../../rotation/pair-scene.ts";
import { openMasters } from "./masters.ts";

const scenes = await openMasters();
afterAll(() => scenes[Symbol.asyncDispose]());

const asked = () => scenes.aws.calls.filter(({ service }) => service === "rds").length;

/** A pair whose administrator is a master user, whose password RDS keeps; `more` of that database. */
async function scene(kind: DatabaseDefinition["kind"], more: Partial<DatabaseDefinition> = {}) {
  const adminSecret = `rds!${kind === "cluster" ? "cluster" : "db"}-${randomUUID()}`;
  const pair = await pairScene(scenes, {
    adminSecret,
    document: ({ username, password }) => ({ username, password }),
  });
  const described = await scenes.client.send(new DescribeSecretCommand({ SecretId: adminSecret }));
  const { host, port, username: masterUsername } = pair.admin;
  scenes.aws.rds.addDatabase({
    ...{ kind, id: `db-${randomUUID()}`, engine: "postgres", masterUsername, host, port },
    managedSecret: String(described.ARN),
    ...more,
  });
  return pair;
}

describe("an administrator whose password RDS keeps", () => {
  it.each(["instance", "cluster"] as const)(
    "needs no host in the manifest: RDS says where its %s is",
    async (kind) => {
      const { scene: pair, clone } = await scene(kind);
      await pair.runAll();
      const now = await pair.value();
      expect(now.username).toBe(clone);
      const [owner] = pair.logins;
      expect(await pair.admits(now, owner && { ...owner, username: clone })).toBe(true);
      await settle(pair);
      expect(await pair.admits({ password: pair.logins[0]?.password.reveal() ?? "" })).toBe(false);
    },
  );

  it("is none of this server", async () => {
    const { scene: pair } = await scene("instance", { host: "elsewhere.invalid" });
    await pair.run("createSecret");
    await expect(pair.run("setSecret")).rejects.toMatchObject({
      code: "ADMIN_UNUSABLE",
      happened: expect.stringContaining("belongs to elsewhere.invalid"),
    });
    expect(pair.refused).toEqual([]);
  });

  it("is of no database here", async () => {
    const { scene: pair } = await scene("instance", { managedSecret: "arn:another" });
    await pair.run("createSecret");
    await expect(pair.run("setSecret")).rejects.toMatchObject({
      code: "ADMIN_UNUSABLE",
      happened: expect.stringContaining("of no database in this account and Region"),
    });
  });

  it("is not asked for where the manifest says where it is", async () => {
    const before = asked();
    const { scene: pair } = await pairScene(scenes, {
      adminSecret: `rds!db-${randomUUID()}`,
      document: ({ username, password }) => ({ username, password }),
      declared: ({ host, port }) => ({ host, port }),
    });
    await pair.runAll();
    expect(asked()).toBe(before);
  });
});

describe("what looking it up takes", () => {
  const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!cluster-1a-AbCdEf";
  it.each([
    ["rds!db-1a", "rds:DescribeDBInstances", "db"],
    [arn, "rds:DescribeDBClusters", "cluster"],
  ])("of %s: the list, and nothing else", (secret, action, resource) => {
    expect(usesOf({ admin: { secret } })).toEqual({ uses: "rds-master" });
    const { rotate, retire } = lookUpGrants({ admin: { secret } });
    expect(rotate).toEqual([
      {
        actions: [action],
        resources: [expect.stringMatching(new RegExp(`:${resource}:\\*$`))],
        why: expect.stringMatching(/\w\.$/),
      },
    ]);
    expect(retire).toEqual(rotate);
  });

  it.each([[{ secret: "admin" }], [{ secret: "rds!db-1a", host: "db.internal" }], [undefined]])(
    "of %o: nothing",
    (admin) => {
      expect(usesOf({ admin })).toEqual({});
      expect(lookUpGrants({ admin })).toEqual({ rotate: [], retire: [] });
    },
  );
});
