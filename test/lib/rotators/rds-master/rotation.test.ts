import { afterAll, describe, expect, it } from "vitest";
import { engines } from "../../../../lib/rotators/rds-master/engines.ts";
import { AwsError } from "../../../../standin/aws.ts";
import type { Scene } from "../../rotation/scene.ts";
import { masterScene, openMasters } from "./masters.ts";

const scenes = await openMasters();
afterAll(() => scenes[Symbol.asyncDispose]());

/** What was asked of RDS for this database. */
const asked = (id: string, operation: string) =>
  scenes.aws.calls.filter(
    ({ service, operation: name, input }) =>
      service === "rds" &&
      name === operation &&
      [input["DBInstanceIdentifier"], input["DBClusterIdentifier"]].includes(id),
  );

const failing = (operation: string, id: string, code: string, status = 400) =>
  scenes.aws.intercept({
    before(call) {
      if (call.operation === operation && Object.values(call.input).includes(id))
        throw new AwsError(code, "No.", status);
    },
  });

async function prepared(scene: Scene): Promise<void> {
  for (const step of ["createSecret", "setSecret", "testSecret"] as const) await scene.run(step);
}

describe("a master user's rotation", () => {
  it("asks RDS in finishSecret, and moves AWSCURRENT when a login shows the change", async () => {
    const { scene, id } = await masterScene(scenes);
    const old = await scene.value();
    await prepared(scene);
    expect(asked(id, "ModifyDBInstance")).toEqual([]);
    expect(await scene.admits(old)).toBe(true);
    await scene.run("finishSecret");
    const now = await scene.value();
    expect(now.password).not.toBe(old.password);
    expect(now.connection_string).toContain(`:${now.password}@`);
    expect(await scene.admits(now)).toBe(true);
    expect(await scene.admits(old)).toBe(false);
    expect(await scene.retire("retire")).toMatchObject({ outcome: "done", accepted: false });
  });

  it("sends the password alone: ApplyImmediately would apply all that waits for the maintenance window", async () => {
    const { scene, id } = await masterScene(scenes);
    await scene.runAll();
    const { password } = await scene.value();
    expect(asked(id, "ModifyDBInstance").map(({ input }) => input)).toEqual([
      { DBInstanceIdentifier: id, MasterUserPassword: password },
    ]);
  });

  it("changes a cluster's by the cluster", async () => {
    const { scene, id } = await masterScene(scenes, {
      database: { id: "main", kind: "cluster", engine: "aurora-postgresql" },
      spec: { database: { kind: "cluster", id: "main" } },
    });
    await scene.runAll();
    expect(await scene.admits(await scene.value())).toBe(true);
    const { password: MasterUserPassword } = await scene.value();
    // It is about this request alone there, and without it a password may wait for the maintenance window.
    expect(asked(id, "ModifyDBCluster").map(({ input }) => input)).toEqual([
      { DBClusterIdentifier: id, MasterUserPassword, ApplyImmediately: "true" },
    ]);
  });

  it("brings a database back whose master password nobody has any more", async () => {
    const { scene, id } = await masterScene(scenes);
    const lost = await scene.setByHand();
    await scene.run("createSecret");
    await scene.run("setSecret");
    const now = await scene.value();
    expect(await scene.admits(now)).toBe(true);
    expect(await scene.admits({ password: lost })).toBe(false);
    expect(asked(id, "ModifyDBInstance")).toHaveLength(1);
  });

  it("goes on where an attempt ran out of time, and asks once", async () => {
    const { scene, id } = await masterScene(scenes);
    await prepared(scene);
    const out = new AbortController();
    using _ = scenes.aws.intercept({
      after({ operation, input }) {
        if (operation === "ModifyDBInstance" && input["DBInstanceIdentifier"] === id) out.abort();
      },
    });
    await expect(scene.run("finishSecret", { signal: out.signal })).rejects.toMatchObject({
      code: "SWITCH_UNDECIDED",
      impact: "outage",
      retryable: true,
    });
    const pending = await scene.value("AWSPENDING");
    await scene.run("finishSecret");
    expect(await scene.value()).toEqual(pending);
    expect(await scene.admits(pending)).toBe(true);
    expect(asked(id, "ModifyDBInstance")).toHaveLength(1);
  });

  it("lets the change of a rotation that was given up arrive before its own", async () => {
    const { scene, id } = await masterScene(scenes);
    await prepared(scene);
    const out = new AbortController();
    using _ = scenes.aws.intercept({
      after({ operation, input }) {
        if (operation === "ModifyDBInstance" && input["DBInstanceIdentifier"] === id) out.abort();
      },
    });
    await expect(scene.run("finishSecret", { signal: out.signal })).rejects.toBeDefined();
    const givenUp = await scene.value("AWSPENDING");
    await scenes.move(scene.name, "AWSPENDING", scene.token);
    await scene.again();
    await scene.run("createSecret");
    await scene.run("setSecret");
    expect(await scene.admits(await scene.value())).toBe(true);
    expect(await scene.admits(givenUp)).toBe(false);
  });

  it("keeps AWSCURRENT where the database does not take the password", async () => {
    const { scene, id } = await masterScene(scenes, {
      database: { setPassword: () => Promise.reject(new Error("policy")) },
    });
    const old = await scene.value();
    await prepared(scene);
    await expect(scene.run("finishSecret")).rejects.toMatchObject({
      code: "RDS_PASSWORD_NOT_TAKEN",
      impact: "unchanged",
    });
    expect(await scene.value()).toEqual(old);
    expect(await scene.admits(old)).toBe(true);
    expect(asked(id, "ModifyDBInstance")).toHaveLength(1);
  });

  it("is completed when the label could not be moved: what RDS changed cannot be called back", async () => {
    const { scene, id } = await masterScene(scenes);
    await prepared(scene);
    {
      using _ = scene.intercept({
        before({ operation, input }) {
          if (operation === "UpdateSecretVersionStage" && input["VersionStage"] === "AWSCURRENT")
            throw new AwsError("InternalServiceError", "No.", 500);
        },
      });
      await expect(scene.run("finishSecret")).rejects.toMatchObject({
        code: "SWITCH_UNDECIDED",
        happened: expect.stringContaining("RDS_NOT_AVAILABLE"),
      });
    }
    await scene.run("finishSecret");
    expect(await scene.admits(await scene.value())).toBe(true);
    expect(asked(id, "ModifyDBInstance")).toHaveLength(1);
  });

  it("goes on while RDS does not say what it does", async () => {
    const { scene, id } = await masterScene(scenes);
    await prepared(scene);
    let isAsked = false;
    let refused = 0;
    using _ = scenes.aws.intercept({
      before({ operation, input }) {
        if (!isAsked || operation !== "DescribeDBInstances") return;
        if (input["DBInstanceIdentifier"] !== id) return;
        refused += 1;
        throw new AwsError("Throttling", "Rate exceeded", 400);
      },
      after({ operation, input }) {
        isAsked ||= operation === "ModifyDBInstance" && input["DBInstanceIdentifier"] === id;
      },
    });
    await scene.run("finishSecret");
    expect(refused).toBeGreaterThan(0);
    expect(await scene.admits(await scene.value())).toBe(true);
  });

  it("goes on when a request's reply is lost", async () => {
    const { scene, id } = await masterScene(scenes);
    scene.attempts = 3;
    await prepared(scene);
    let lost = 0;
    using _ = scenes.aws.intercept({
      after({ operation, input }) {
        const isIt = operation === "ModifyDBInstance" && input["DBInstanceIdentifier"] === id;
        lost += isIt ? 1 : 0;
        return isIt && lost === 1 ? "lose" : undefined;
      },
    });
    await scene.run("finishSecret");
    expect(await scene.admits(await scene.value())).toBe(true);
  });
});

describe("an engine that nobody can log in to here", () => {
  const oracle = {
    database: { engine: "oracle-ee", host: "oracle.invalid", port: 1521 },
    spec: {
      engine: "oracle",
      proof: "api",
      uses: undefined,
      urls: [],
      password: engines.oracle.password,
    },
    value: { connection_string: "", host: "oracle.invalid", port: "1521", database: "ORCL" },
  } as const;

  it("rotates by the state of the API, without a login", async () => {
    const set: string[] = [];
    const { scene, id } = await masterScene(scenes, {
      ...oracle,
      database: { ...oracle.database, setPassword: async (password) => set.push(password) },
    });
    await scene.runAll();
    const { password } = await scene.value();
    expect(set).toEqual([password]);
    expect(asked(id, "ModifyDBInstance")).toHaveLength(1);
    expect(scene.tried).toEqual([]);
    expect(await scene.retire("retire")).toMatchObject({ outcome: "done", accepted: false });
    expect(await scene.probe(scene.name)).toMatchObject([{ current: "unknown" }]);
  });

  it("asks again where an attempt was killed: nobody knows whose password is in force", async () => {
    const set: string[] = [];
    const { scene } = await masterScene(scenes, {
      ...oracle,
      database: { ...oracle.database, setPassword: async (password) => set.push(password) },
    });
    await prepared(scene);
    const out = new AbortController();
    using _ = scenes.aws.intercept({
      after: ({ operation }) => (operation === "ModifyDBInstance" ? out.abort() : undefined),
    });
    await expect(scene.run("finishSecret", { signal: out.signal })).rejects.toBeDefined();
    await scene.run("finishSecret");
    const { password } = await scene.value();
    expect(set).toEqual([password, password]);
  });
});

describe("nothing is asked of RDS", () => {
  const managed = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf";
  it.each([
    ["a replica", { source: "main" }, "a replica of main", "its source"],
    ["a member of a cluster", { cluster: "aurora" }, "the cluster aurora", "`cluster: aurora`"],
    ["a password that RDS keeps itself", { managedSecret: managed }, managed, "Remove this secret"],
    ["another engine", { engine: "mysql" }, "its engine is mysql", "Correct engine"],
    ["DocumentDB", { engine: "docdb" }, "its engine is docdb", "not supported"],
    ["another user", { masterUsername: "root" }, "master user is root", "master user's login"],
    ["another host", { host: "elsewhere.invalid" }, "none of its endpoints", "elsewhere.invalid"],
  ])("for %s", async (_, database, problem, remedy) => {
    const { scene, id } = await masterScene(scenes, { database });
    await scene.run("createSecret");
    await expect(scene.run("setSecret")).rejects.toMatchObject({
      code: "RDS_MASTER_UNUSABLE",
      happened: expect.stringContaining(problem),
      remedy: expect.stringContaining(remedy),
      retryable: false,
    });
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "RDS_MASTER_UNUSABLE" });
    expect(asked(id, "ModifyDBInstance")).toEqual([]);
  });

  it("for the reader endpoint of a cluster", async () => {
    const { scene } = await masterScene(scenes, {
      database: { id: "read", kind: "cluster", host: "writer.invalid", readerHost: "127.0.0.1" },
      spec: { database: { kind: "cluster", id: "read" } },
    });
    await scene.run("createSecret");
    await expect(scene.run("setSecret")).rejects.toMatchObject({
      code: "RDS_MASTER_UNUSABLE",
      happened: expect.stringContaining("its reader endpoint"),
      remedy: expect.stringContaining("writer.invalid"),
    });
  });

  it("for a database that does not exist", async () => {
    const { scene } = await masterScene(scenes, {
      spec: { database: { kind: "instance", id: "gone" } },
    });
    await scene.run("createSecret");
    await expect(scene.run("setSecret")).rejects.toMatchObject({
      code: "RDS_NOT_FOUND",
      happened: "There is no RDS instance gone in this account and Region.",
    });
  });
});

describe("what RDS refuses harms nobody", () => {
  const cases: readonly [string, string, object, number?][] = [
    [
      "a right that is missing",
      "AccessDenied",
      {
        code: "AWS_CALL_FAILED",
        retryable: false,
        remedy: "Allow rds:ModifyDBInstance in the function's role.",
      },
      403,
    ],
    ["throttling", "Throttling", { code: "AWS_CALL_FAILED", retryable: true }],
    ["a KMS key", "KMSKeyNotAccessibleFault", { code: "RDS_MASTER_UNUSABLE" }],
    ["the request", "InvalidParameterCombination", { code: "RDS_MASTER_UNUSABLE" }],
  ];
  it.each(cases)("%s", async (_, code, expected, status) => {
    const { scene, id } = await masterScene(scenes);
    const old = await scene.value();
    await prepared(scene);
    using _failing = failing("ModifyDBInstance", id, code, status);
    const thrown = await scene.run("finishSecret").catch((error: unknown) => error);
    expect(thrown).toMatchObject(expected);
    expect(await scene.value()).toEqual(old);
    expect(await scene.admits(old)).toBe(true);
  });

  it("a database that takes no change now", async () => {
    const { scene, id } = await masterScene(scenes);
    await prepared(scene);
    scenes.aws.rds.setStatus(id, "storage-full");
    await expect(scene.run("finishSecret")).rejects.toMatchObject({
      code: "RDS_NOT_AVAILABLE",
      happened: expect.stringContaining("while its status is storage-full"),
      impact: "unchanged",
    });
    expect(await scene.admits(await scene.value())).toBe(true);
    scenes.aws.rds.setStatus(id, "available");
    await scene.run("finishSecret");
    expect(await scene.admits(await scene.value())).toBe(true);
  });
});
