/** The commands of Clip-It's README, with the real `aws` command line and jq. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { expect, it } from "vitest";
import { awsCliEnvironment, missingAwsCli, missingJq } from "../../lab/aws-cli.ts";
import { clientOf, keysOf } from "../../lab/clients.ts";
import { startAws } from "../../standin/aws.ts";
import { describeNeeding } from "../needing.ts";

describeNeeding(missingAwsCli() ?? missingJq(), "adopting parameters", {}, () => {
  it("makes a secret of all nineteen, under the names of .env", { timeout: 60_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), "quarterturn-home-"));
    stack.defer(() => rm(home, { recursive: true, force: true }));
    const aws = stack.use(await startAws());
    const { endpoint, region } = aws;
    const ssm = new SSMClient({ endpoint, region, credentials: keysOf(aws, "operator") });
    const definition = JSON.parse(await readFile("examples/clip-it/task-definition.json", "utf8"));
    const references: { name: string; valueFrom: string }[] =
      definition.containerDefinitions[0].secrets;
    expect(references).toHaveLength(19);
    const sampleOf = (name: string) => `"value" of\n$${name} `;
    for (const { name, valueFrom: Name } of references)
      await ssm.send(
        new PutParameterCommand({ Name, Value: sampleOf(name), Type: "SecureString" }),
      );
    ssm.destroy();

    const readme = await readFile("examples/clip-it/README.md", "utf8");
    const commands = /```bash\n([^`]+)```/.exec(readme)?.[1] ?? "";
    const env = { ...awsCliEnvironment(home), ...aws.env("operator") };
    await promisify(execFile)("bash", ["-eo", "pipefail", "-c", commands], { env });

    const client = clientOf(aws, "operator");
    const read = new GetSecretValueCommand({ SecretId: "clip-it/production" });
    const { SecretString = "" } = await client.send(read);
    client.destroy();
    expect(JSON.parse(SecretString)).toEqual(
      Object.fromEntries(references.map(({ name }) => [name, sampleOf(name)])),
    );
  });
});
