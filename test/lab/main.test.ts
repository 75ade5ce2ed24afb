import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname } from "node:path";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { describe, expect, it, vi } from "vitest";
import { logsIn } from "../../lab/postgres/login.ts";
import { runProgram, startProgram } from "../run-program.ts";

const SecretId = "production/database/primary";

/** Started, and stopped with the scope, if not before. */
async function startLocal(child = startProgram("lab/main.ts")) {
  const ended = once(child, "close");
  const printed = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text: string) => {
      printed.text += text;
    });
  await Promise.race([
    vi.waitFor(() => expect(printed.text).toContain("Ctrl-C"), { timeout: 20_000 }),
    ended.then(() => expect.fail(printed.text)),
  ]);
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return (await ended)[0];
  };
  return { printed, stop, [Symbol.asyncDispose]: () => stop("SIGKILL") };
}

/** The variables that the guide exports. */
function exported(guide: string): Record<string, string> {
  const lines = guide.matchAll(/^export (\w+)=(\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
}

function clientOf(env: Record<string, string>): SecretsManagerClient {
  return new SecretsManagerClient({
    endpoint: env["AWS_ENDPOINT_URL"] ?? "",
    region: env["AWS_REGION"] ?? "",
    credentials: {
      accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  });
}

/** Waits until the rotation is over and settled. */
async function rotate(client: SecretsManagerClient): Promise<void> {
  const { VersionId = "" } = await client.send(new RotateSecretCommand({ SecretId }));
  await settled(client, VersionId);
}

/** Puts a label on the version that carries another one. */
async function label(client: SecretsManagerClient, name: string, beside: string): Promise<void> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
  const [to] = Object.keys(VersionIdsToStages).filter((id) =>
    VersionIdsToStages[id]?.includes(beside),
  );
  const move = { SecretId, VersionStage: name, MoveToVersionId: to };
  await client.send(new UpdateSecretVersionStageCommand(move));
}

/** Waits until nothing is under way, and this version is AWSCURRENT. */
async function settled(client: SecretsManagerClient, VersionId?: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { VersionIdsToStages = {} } = await client.send(
        new DescribeSecretCommand({ SecretId }),
      );
      if (VersionId) expect(VersionIdsToStages[VersionId]).toContain("AWSCURRENT");
      const labels = Object.values(VersionIdsToStages).flat();
      expect(labels.filter((label) => ["AWSPENDING", "RETIRING"].includes(label))).toEqual([]);
    },
    { timeout: 15_000, interval: 20 },
  );
}

describe("npm run local", { timeout: 60_000 }, () => {
  it("rotates again and again for whoever exports what it prints", async () => {
    await using local = await startLocal();
    const guide = local.printed.text;
    const client = clientOf(exported(guide));
    expect(guide.match(/^aws .*$/gm)).toEqual(
      ["describe-secret", "rotate-secret", "get-secret-value"].map(
        (operation) => `aws secretsmanager ${operation} --secret-id ${SecretId}`,
      ),
    );
    expect(await client.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({
      RotationEnabled: true,
      RotationRules: { AutomaticallyAfterDays: 90 },
    });

    await rotate(client);
    await rotate(client);
    const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId }));
    const authority = /^ {2}(\S+ca\.pem)$/m.exec(guide)?.[1] ?? "";
    const ca = readFileSync(authority, "utf8");
    expect(await logsIn({ ca }, JSON.parse(SecretString))).toBe(true);
    expect(local.printed.text.match(/^finishSecret .*UpdateSecretVersionStage$/gm)).toHaveLength(2);
    expect(local.printed.text).not.toContain(JSON.parse(SecretString).password);

    // No event tells of this label; the tick finds it.
    await label(client, "RETIRING", "AWSPREVIOUS");
    await settled(client);

    expect(await local.stop("SIGTERM")).toBe(0);
    expect(existsSync(dirname(authority))).toBe(false);
    await expect(client.send(new DescribeSecretCommand({ SecretId }))).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  it("ends with npm, which does not hand SIGTERM on", { tags: "ci" }, async () => {
    const npm = spawn("npm", ["run", "--silent", "local"], { stdio: ["ignore", "pipe", "pipe"] });
    await using local = await startLocal(npm);
    const client = clientOf(exported(local.printed.text));
    expect(await client.send(new DescribeSecretCommand({ SecretId }))).toBeDefined();
    npm.kill("SIGTERM");
    // Whoever holds the pipes lives.
    await once(npm, "close");
    await expect(client.send(new DescribeSecretCommand({ SecretId }))).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  it("refuses a port that is none with exit code 2", async () => {
    const { code, stderr } = await runProgram("lab/main.ts", "--port", "65536");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("--port") });
  });

  it("says in one line that a port is taken", async () => {
    await using taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await runProgram("lab/main.ts", "--port", String(port));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Port ${port} is in use. Choose another with --port, or omit it.\n`,
    });
  });
});
