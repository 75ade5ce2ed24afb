/** The commands of docs/runbook.md, word for word, by a shell with the real `aws`, `jq` and `psql`. */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { EventBridgeClient, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import pg from "pg";
import { afterAll, describe, expect, inject, it } from "vitest";
import { awsCliEnvironment, missingAwsCli, missingJq } from "../lab/aws-cli.ts";
import { startAws } from "../standin/aws.ts";
import { sampled } from "./everything.ts";
import { blocksOf } from "./fences.ts";
import { clientConfig, createSecret, sdkClient, temporaryBundle } from "./standin/fixtures.ts";

/** What no machine but AWS can run, or what has tests of its own. */
const elsewhere = [
  [/^aws logs /, "CloudWatch Logs, which the stand-in does not have"],
  [/^aws cloudtrail lookup-events /, "events of the last days, which the stand-in does not have"],
  [/^aws (rds|elasticache|memorydb) /, "what databases only a deployment has"],
  [/^npm run /, "test/cli tries it"],
] as const;

/** What a reader replaces. */
const places = ["BEFORE", "CURRENT", "KEY", "LABEL", "OTHER", "TASK", "VERSION"] as const;

interface Block {
  readonly section: string;
  readonly commands: string;
}

/** Blocks of commands; one whose every command stands in another, too, is left out. */
function blocks(page: string): readonly Block[] {
  const found = page.split(/^## /m).flatMap((section) =>
    blocksOf(section).map((commands) => ({
      section: section.split("\n", 1)[0] ?? "",
      commands,
    })),
  );
  const seen = new Set<string>();
  return found
    .toSorted((a, b) => commandsIn(b).length - commandsIn(a).length)
    .filter((block) => {
      const fresh = commandsIn(block).filter((command) => !seen.has(command));
      for (const command of fresh) seen.add(command);
      return fresh.length > 0;
    });
}

/** A command may go on behind a backslash or a pipe. */
const commandsIn = ({ commands }: Block) => commands.trim().split(/(?<![\\|])\n(?! +\|)/);

const all = blocks(readFileSync("docs/runbook.md", "utf8"));
const settings = all.find(({ commands }) => commands.startsWith("S="))?.commands ?? "";
const runnable = all
  .filter(({ commands }) => commands !== settings)
  .filter(({ commands }) => !elsewhere.some(([pattern]) => pattern.test(commands)));

const missingPsql =
  spawnSync("psql", ["--version"]).status === 0
    ? undefined
    : "psql is not on the PATH: apt-get install postgresql-client";
const missing = missingAwsCli() ?? missingJq() ?? missingPsql;
if (missing) console.warn(missing);

const disposables = new AsyncDisposableStack();
afterAll(() => disposables.disposeAsync());

it("the runbook begins with the variables that its commands use", () => {
  const names = [...settings.matchAll(/\b([A-Z])=/g)].map(([, name]) => name);
  const used = new Set(runnable.flatMap(({ commands }) => commands.match(/\$\{?[A-Z]\b/g) ?? []));
  const own = ["P", "F"];
  expect([...used].map((each) => each.replace(/\W/g, "")).toSorted()).toEqual(
    [...names, ...own].toSorted(),
  );
});

it("the runbook's commands name nothing to be replaced that this test does not replace", () => {
  const commands = runnable.flatMap(commandsIn).filter((command) => command.startsWith("aws "));
  const words = commands.flatMap((command) =>
    [...command.replace(/'[^']*'|"[^"]*"/g, "").matchAll(/ ([A-Z]{3,})(?=\s|$)/g)].map(
      ([, word = ""]) => word,
    ),
  );
  const values = ["AWSCURRENT", "AWSPENDING", "RETIRING", "RUNNING", "STOPPED"];
  expect(words.filter((word) => ![...values, ...places].includes(word))).toEqual([]);
});

it.each(globSync("{*.md,{docs,examples}/**/*.md}"))(
  "%s hands payloads to Lambda as versions 1 and 2 of the aws command line take them",
  (page) => {
    const payloads = readFileSync(page, "utf8").match(/lambda invoke[^`]*?--payload \S+/g) ?? [];
    for (const each of payloads) expect(each).toMatch(/--payload fileb:\/\/\S+$/);
    expect(payloads.join()).not.toContain("--cli-binary-format");
  },
);

describe.skipIf(missing && process.env["CI"] !== "true")("the runbook's commands", async () => {
  const aws = disposables.use(await startAws());
  const [secrets, ecs] = [sdkClient(aws), new ECSClient(clientConfig(aws))];
  const rotator = disposables.use(await temporaryBundle("export const handler = () => ({});"));
  const functions = ["settle", "retire-database", "schedule", "emergency"].map(
    (name) => `quarterturn-production-${name}`,
  );
  for (const name of [...functions, "rotate-database"]) {
    aws.functions.register({ name, bundle: rotator.path, startsCold: true });
  }
  const login = await role();
  const admin = { Name: "production/database/admin", SecretString: "{}" };
  await secrets.send(new CreateSecretCommand(admin));
  await new EventBridgeClient(clientConfig(aws)).send(
    new PutRuleCommand({ Name: "tick", ScheduleExpression: "rate(5 minutes)" }),
  );

  /** A user of the test server that may change its own password. */
  async function role() {
    const { host, port, ca, superuser } = inject("postgres");
    const client = new pg.Client({
      host,
      port,
      database: "postgres",
      user: superuser.username,
      password: superuser.password,
      ssl: { ca },
    });
    await client.connect();
    disposables.defer(() => client.end());
    const [username, password] = [`app_user_${randomUUID().slice(0, 8)}`, randomUUID()];
    await client.query(`CREATE ROLE ${username} LOGIN PASSWORD '${password}'`);
    disposables.defer(async () => void (await client.query(`DROP ROLE ${username}`)));
    return { host, port, dbname: "postgres", username, password, ca };
  }

  /** A secret as the section finds it: a version is pending or retiring, a schedule is on. */
  async function secret(commands: string) {
    const { ca: _, ...document } = login;
    const SecretString = JSON.stringify({ ...document, engine: "postgres", MONGODB_URL: "m" });
    const { name: SecretId, version: before } = await createSecret(secrets, SecretString);
    const put = new PutSecretValueCommand({ SecretId, SecretString });
    const { VersionId: current = "" } = await secrets.send(put);
    const ClientRequestToken = randomUUID();
    await secrets.send(
      new RotateSecretCommand({
        SecretId,
        ClientRequestToken,
        RotateImmediately: false,
        RotationLambdaARN: `arn:aws:lambda:${aws.region}:${aws.accountId}:function:rotate-database`,
        RotationRules: { AutomaticallyAfterDays: 90 },
      }),
    );
    await aws.rotations.finished(SecretId, ClientRequestToken);
    const label = commands.includes("AWSPENDING") ? "AWSPENDING" : "RETIRING";
    const staged = new PutSecretValueCommand({ SecretId, SecretString, VersionStages: [label] });
    const { VersionId: token = "" } = await secrets.send(staged);
    return { id: SecretId, before, current, token };
  }

  /** A cluster with a service of one task. */
  async function service() {
    const name = `web-${randomBytes(3).toString("hex")}`;
    await ecs.send(new CreateClusterCommand({ clusterName: name }));
    const container = { name: "app", image: "app", command: ["sleep", "60"] };
    await ecs.send(
      new RegisterTaskDefinitionCommand({ family: name, containerDefinitions: [container] }),
    );
    const at = { cluster: name, taskDefinition: name, desiredCount: 1 };
    await ecs.send(new CreateServiceCommand({ ...at, serviceName: name }));
    for (;;) {
      const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: name }));
      if (taskArns[0]) return { name, task: taskArns[0] };
    }
  }

  async function parameter(): Promise<string> {
    const ssm = new SSMClient(clientConfig(aws));
    const Name = `/test/${randomUUID()}`;
    for (let version = 1; version <= 7; version += 1) {
      const Value = `value ${version}`;
      await ssm.send(
        new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: version > 1 }),
      );
    }
    return Name;
  }

  // A start of the command line takes half a second.
  const tried = sampled(runnable, 12);
  const plan = tried.map((block): [string, Block] => [
    `${block.section}: ${block.commands.split("\n", 1)[0]}`,
    block,
  ]);
  it.concurrent.each(plan)("%s", { timeout: 60_000 }, async (_name, { commands }) => {
    const folder = mkdtempSync(join(tmpdir(), "quarterturn-runbook-"));
    try {
      const { id, before, current, token } = await secret(commands);
      const { name, task } = commands.includes("aws ecs")
        ? await service()
        : { name: "", task: "" };
      const values: Readonly<Record<(typeof places)[number], string>> = {
        BEFORE: before,
        CURRENT: current,
        KEY: "quarterturn:test",
        LABEL: "RETIRING",
        OTHER: name,
        TASK: task,
        VERSION: token,
      };
      const named = commands
        .replace(/ ([A-Z]+)(?=\s)/g, (word, place) => {
          return place in values ? ` ${values[place as (typeof places)[number]]}` : word;
        })
        .replace(/^P=\S+/m, commands.includes("$P") ? `P=${await parameter()}` : "");
      const variables = `S=${id} T=${token} C=${name} W=${name} Q=quarterturn-production-`;
      const P = commands.includes("$P") && !/^P=/m.test(commands) ? `P=${await parameter()}` : "";
      const script = `set -euo pipefail\n${variables} ${P}\n${named}`;
      writeFileSync(join(folder, "ca.pem"), login.ca);
      writeFileSync(join(folder, "secret.json"), JSON.stringify({ a: 1 }));
      const { code, output } = await shell(script, folder);
      expect(code, output).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  /** Without a terminal, so that psql reads a new password from its input. */
  async function shell(script: string, folder: string) {
    const { host, port, dbname, username, password } = login;
    const child = spawn("bash", ["-c", script], {
      cwd: folder,
      detached: true,
      env: {
        ...awsCliEnvironment(folder),
        ...aws.env("on-call"),
        PGHOST: host,
        PGPORT: String(port),
        PGDATABASE: dbname,
        PGUSER: username,
        PGPASSWORD: password,
      },
    });
    // Most commands ask for nothing, and may have ended.
    child.stdin.on("error", () => {}).end(`${password}\n${password}\n`);
    const printed = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await once(child, "close");
    return { code, output: (await printed).join("") };
  }
});
