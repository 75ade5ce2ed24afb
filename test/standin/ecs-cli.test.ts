/** The real `aws` command line against the stand-in's ECS, told by AWS_ENDPOINT_URL alone. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { awsCliEnvironment, missingAwsCli } from "../../lab/aws-cli.ts";
import { startAws } from "../../standin/aws.ts";
import { describeNeeding } from "../needing.ts";
import { until, waits } from "./ecs-fixtures.ts";

describeNeeding(missingAwsCli(), "the aws command line", {}, () => {
  // Its protocol is that of Secrets Manager.
  const options = { timeout: 60_000, tags: "ci" };
  it("registers, creates, forces a deployment, and follows it", options, async () => {
    await using stack = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), "quarterturn-home-"));
    stack.defer(() => rm(home, { recursive: true, force: true }));
    const aws = stack.use(await startAws());
    const env = { ...awsCliEnvironment(home), ...aws.env("command-line") };
    const ecs = async (...args: string[]) => {
      const command = ["ecs", ...args, "--output", "json"];
      return JSON.parse((await promisify(execFile)("aws", command, { env })).stdout);
    };
    const containers = JSON.stringify([{ name: "app", image: "app", command: waits }]);
    const inCluster = ["--cluster", "production"];
    const ofService = [...inCluster, "--service", "app"];

    await ecs("create-cluster", "--cluster-name", "production");
    const registered = await ecs(
      "register-task-definition",
      "--family",
      "app",
      "--container-definitions",
      containers,
    );
    expect(registered.taskDefinition).toMatchObject({ family: "app", revision: 1 });
    const created = await ecs(
      "create-service",
      ...inCluster,
      "--service-name",
      "app",
      "--task-definition",
      "app",
      "--desired-count",
      "2",
    );
    expect(created.service).toMatchObject({ serviceName: "app", desiredCount: 2 });
    const newest = () => ecs("list-service-deployments", ...ofService);
    const finished = () =>
      until(async () => (await newest()).serviceDeployments[0].status === "SUCCESSFUL");
    await finished();

    const forced = await ecs("update-service", ...ofService, "--force-new-deployment");
    expect(forced.service.deployments).toHaveLength(2);
    await finished();
    expect((await newest()).serviceDeployments).toHaveLength(2);
    const described = await ecs("describe-services", ...inCluster, "--services", "app");
    expect(described.services).toMatchObject([
      { runningCount: 2, deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED" }] },
    ]);
    const { taskArns } = await ecs("list-tasks", ...inCluster, "--service-name", "app");
    expect(taskArns).toHaveLength(2);
    const tasks = await ecs("describe-tasks", ...inCluster, "--tasks", ...taskArns);
    expect(tasks.tasks).toMatchObject(
      taskArns.map((taskArn: string) => ({ taskArn, lastStatus: "RUNNING" })),
    );
    await expect(ecs("list-tasks", "--cluster", "unknown")).rejects.toThrow(
      "(ClusterNotFoundException) when calling the ListTasks operation: Cluster not found.",
    );
  });
});
