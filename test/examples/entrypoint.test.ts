/** The script that starts AIGuardian's container, with bash, jq and the real `aws` command line. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, it } from "vitest";
import { awsCliEnvironment, missingAwsCli, missingJq } from "../../lab/aws-cli.ts";
import { clientOf } from "../../lab/clients.ts";
import { type Aws, startAws } from "../../standin/aws.ts";
import { describeNeeding } from "../needing.ts";

const entrypoint = resolve("examples/aiguardian/entrypoint.sh");

/** What AIGuardian's guide has in its place. */
const guides = `#!/bin/bash
SECRETS=$(aws secretsmanager get-secret-value \\
  --secret-id $AWS_SECRETS_NAME \\
  --region $AWS_REGION \\
  --query SecretString \\
  --output text)
for key in $(echo $SECRETS | jq -r 'keys[]'); do
  value=$(echo $SECRETS | jq -r ".$key")
  export $key="$value"
done
exec "$@"
`;

const awkward = {
  SPACES: "  two  spaces  ",
  QUOTES: `"double" 'single' \\"both\\"`,
  DOLLARS: "$HOME $(id) `id` $$ $1",
  LINES: "first\nsecond\n\n",
  BACKSLASHES: "C:\\new\\table\\",
  STARS: "* ? [a]",
  OPTION: "-n",
  LETTERS: "ä € 😀",
  EMPTY: "",
  // The names of the script's own variables.
  name: "a name",
  value: "a value",
  PASSWORD: "canary-4711",
};
const others = { NUMBER: 5, FLAG: false, NESTED: { a: ["b  c"] } };
const noNames = {
  "my-key": "hyphen",
  "1ST": "digit",
  "a b": "space",
  "x;id": "command",
  "": "empty",
};

describeNeeding(missingAwsCli() ?? missingJq(), "the entrypoint", { timeout: 60_000 }, () => {
  let aws: Aws;
  let home: string;
  const disposables = new AsyncDisposableStack();

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "quarterturn-home-"));
    disposables.defer(() => rm(home, { recursive: true, force: true }));
    aws = disposables.use(await startAws());
    const client = clientOf(aws, "operator");
    const secrets = {
      "gateway/production": JSON.stringify({ ...awkward, ...others, ...noNames }, null, 2),
      "gateway/plain": awkward.PASSWORD,
      "gateway/list": JSON.stringify([awkward.PASSWORD]),
      "gateway/nul": JSON.stringify({ PASSWORD: `${awkward.PASSWORD}\0PATH` }),
    };
    for (const [Name, SecretString] of Object.entries(secrets))
      await client.send(new CreateSecretCommand({ Name, SecretString }));
    client.destroy();
  });
  afterAll(() => disposables.disposeAsync());

  const showEnvironment = [
    process.execPath,
    "-e",
    "console.log(JSON.stringify({ pid: process.pid, env: process.env }))",
  ];

  async function run(script: string, command = showEnvironment, secret = "gateway/production") {
    const env = {
      ...awsCliEnvironment(home),
      ...aws.env("gateway"),
      AWS_SECRETS_NAME: secret,
    };
    const child = spawn("bash", [script, ...command], { env, cwd: home });
    const output = [child.stdout, child.stderr].map((stream) =>
      stream.setEncoding("utf8").toArray(),
    );
    const closed = once(child, "close");
    const lines = await commandLinesUntil(closed);
    const [code] = await closed;
    const [stdout = "", stderr = ""] = (await Promise.all(output)).map((parts) => parts.join(""));
    return { code, stdout, stderr, pid: child.pid, commandLines: lines };
  }

  /** Of every process of this machine that can be seen. */
  async function commandLinesUntil(end: Promise<unknown>): Promise<ReadonlySet<string>> {
    const seen = new Set<string>();
    let isOver = false;
    void end.then(() => {
      isOver = true;
    });
    while (!isOver)
      for (const pid of await readdir("/proc").catch(() => []))
        if (/^\d+$/.test(pid))
          seen.add(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""));
    return seen;
  }

  it("gives the command every value as it is, and becomes it", async () => {
    const { code, stdout, stderr, pid, commandLines } = await run(entrypoint);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: Object.keys(noNames)
        .map((name) => `entrypoint.sh: skipped the field "${name}": not a valid variable name\n`)
        .join(""),
    });
    const shown: { pid: number; env: Record<string, string> } = JSON.parse(stdout);
    expect(shown.pid).toBe(pid);
    expect(shown.env).toMatchObject(awkward);
    expect(shown.env).toMatchObject({ NUMBER: "5", FLAG: "false", NESTED: '{"a":["b  c"]}' });
    expect(Object.keys(shown.env).filter((name) => name in noNames)).toEqual([]);
    if (process.platform !== "linux") return;
    const all = [...commandLines];
    expect(all.some((line) => line.startsWith("jq\0"))).toBe(true);
    expect(all.filter((line) => line.includes(awkward.PASSWORD))).toEqual([]);
  });

  it("does what the guide's does not", async () => {
    const script = join(home, "guides.sh");
    await writeFile(script, guides);
    const { stdout } = await run(script);
    const { env } = JSON.parse(stdout);
    expect(env.PASSWORD).toBe(awkward.PASSWORD);
    for (const name of ["SPACES", "LINES"] as const) expect(env[name]).not.toBe(awkward[name]);
  });

  it.each([
    ["gateway/none", "ResourceNotFoundException"],
    ["gateway/plain", "the secret is not a JSON object"],
    ["gateway/list", "the secret is not a JSON object"],
    ["gateway/nul", "a field of the secret contains a NUL"],
  ])("starts nothing with %s, and shows no value", { tags: "ci" }, async (secret, message) => {
    const { code, stdout, stderr } = await run(entrypoint, showEnvironment, secret);
    expect({ failed: code !== 0, stdout }).toEqual({ failed: true, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("canary");
  });

  it("says what it was not given", async () => {
    expect(await run(entrypoint, [])).toMatchObject({
      code: 64,
      stderr: "entrypoint.sh: no command given: set command in the task definition\n",
    });
    const { code, stderr } = await run(entrypoint, showEnvironment, "");
    expect(code).not.toBe(0);
    expect(stderr).toContain("AWS_SECRETS_NAME: must name the secret");
  });
});
