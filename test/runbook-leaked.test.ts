/** @module-tag ci */
/** The first page of docs/runbook.md, word for word and in its order, on a secret whose login is real. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsCliEnvironment, missingAwsCli } from "../lab/aws-cli.ts";
import { databaseSecretId } from "../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../lab/postgres/server.ts";
import { blocksOf } from "./fences.ts";
import { Production } from "./lib/settlement/production.ts";
import { until } from "./standin/ecs-fixtures.ts";

const page = readFileSync("docs/runbook.md", "utf8").split(/^## /m)[1] ?? "";
const commands = blocksOf(page);

const missing = missingAwsCli();

describe.skipIf(missing && process.env["CI"] !== "true")("what the runbook says of a leak", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it("is its first page: five questions, and one command that ends it", () => {
    expect(page.startsWith("Something leaked\n")).toBe(true);
    expect(page.match(/^\*\*\d\. .+\?\*\*/gm)).toHaveLength(5);
    expect(commands.filter((each) => !/dryRun|^aws|^npm/.test(each))).toHaveLength(1);
  });

  it("ends it", { timeout: 120_000 }, async () => {
    await using production = await Production.open(server);
    const { world } = production;
    await production.connect(1);
    const { AWSCURRENT: leaked = "" } = await world.labels();
    const folder = mkdtempSync(join(tmpdir(), "quarterturn-leaked-"));
    const env = { ...awsCliEnvironment(folder), ...world.aws.env("on-call") };
    const outputs: string[] = [];
    for (const block of commands.filter((each) => !each.startsWith("npm "))) {
      const isLast = block === commands.at(-1);
      if (isLast) await until(async () => production.over().includes("EMERGENCY"));
      else expect(await world.versionAccepted(leaked), block).toBe(true);
      const script = `set -euo pipefail\nS=${databaseSecretId} Q=\n${block}`;
      const child = spawn("bash", ["-c", script], { cwd: folder, env });
      const printed = Promise.all([text(child.stdout), text(child.stderr)]);
      const [code] = await once(child, "close");
      outputs.push((await printed).join(""));
      expect(code, outputs.at(-1)).toBe(0);
    }
    rmSync(folder, { recursive: true });
    expect(await world.versionAccepted(leaked)).toBe(false);
    expect(await world.accepts(await world.secret())).toBe(true);
    expect(outputs[1]).toContain('"outcome":"planned"');
    expect(outputs[1]).toContain("the other user takes over with a new password");
    expect(outputs.at(-2)).toContain('"outcome":"started"');
    expect(outputs.at(-1)).toMatch(/"Value": "done /);
  });
});
