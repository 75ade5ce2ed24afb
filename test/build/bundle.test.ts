import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions } from "../../build/bundle.ts";
import { readManifest } from "../../build/manifest-plugin.ts";
import { bundleOptions } from "../../build/options.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "quarterturn-build-"));
let bundle = "";

function manifest(text: string): string {
  const file = join(folder, "rotation.yml");
  writeFileSync(file, text);
  return file;
}

beforeAll(async () => {
  const file = manifest(
    "secrets:\n  canary-secret:\n    credentials: [{ type: postgres, strategy: in-place }]\n",
  );
  const built = await bundleFunctions(join(folder, "built"), file);
  bundle = built["rotate-database"] ?? "";
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a fresh process prints: it imports the bundle as `bundle`, in a folder without node_modules. */
async function inFreshProcess(script: string): Promise<{ stdout: string; stderr: string }> {
  const source = `const bundle = await import(${JSON.stringify(bundle)}); ${script}`;
  const arguments_ = ["--input-type=module", "--eval", source];
  const env = { PATH: "", AWS_REGION: "eu-central-1" };
  return run(process.execPath, arguments_, { cwd: folder, env });
}

const rotationToken = randomUUID();
const event = { SecretId: "s", ClientRequestToken: "t".repeat(32), RotationToken: rotationToken };

/** What the handler throws for an event with this step. */
async function failure(Step?: string): Promise<unknown> {
  const { stdout, stderr } = await inFreshProcess(`
    const context = { getRemainingTimeInMillis: () => 30000 };
    const event = ${JSON.stringify({ ...event, Step })};
    const error = await bundle.handler(event, context).catch((thrown) => thrown);
    console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message }));`);
  expect(stdout + stderr).not.toContain(rotationToken);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

describe("the built bundle", () => {
  it("starts by itself in a fresh process, and its handler is a function", async () => {
    const printed = await inFreshProcess("console.log(typeof bundle.handler);");
    expect(printed).toEqual({ stdout: "function\n", stderr: "" });
  });

  it("carries the manifest, checked and completed", () => {
    const text = readFileSync(bundle, "utf8");
    expect(text).toContain("canary-secret");
    expect(text).toContain("passwordForm");
  });

  it("refuses what is no rotation event by its code, which Lambda reports", async () => {
    expect(await failure()).toEqual({
      name: "INVALID_EVENT",
      code: "INVALID_EVENT",
      message: expect.stringContaining("Step is missing"),
    });
  });

  it("tells an unknown step", async () => {
    expect(await failure("rotate")).toMatchObject({ code: "UNKNOWN_STEP" });
  });

  it("finds no credentials but those of its environment", async () => {
    expect(await failure("setSecret")).toMatchObject({
      code: "AWS_CALL_FAILED",
      message: expect.stringContaining("execution role"),
    });
  });
});

describe("the bundles of all functions", () => {
  it("hold what they need, and neither the YAML parser nor the schema library of the build", async () => {
    const { outputs } = await build({
      ...bundleOptions(() => readManifest(join(folder, "rotation.yml"), "production")),
      entryPoints: readdirSync("functions")
        .filter((name) => /(?<!\.d)\.ts$/.test(name))
        .map((name) => join("functions", name)),
      outdir: folder,
      write: false,
      metafile: true,
    }).then(({ metafile }) => metafile ?? { outputs: {} });
    expect(Object.keys(outputs).length).toBeGreaterThan(2);
    const packagesIn = (inputs: object) =>
      new Set(
        Object.keys(inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]),
      );
    for (const [name, { inputs }] of Object.entries(outputs)) {
      expect(packagesIn(inputs), name).toContain("@middy/core");
      expect(packagesIn(inputs), name).not.toContain("yaml");
      expect(packagesIn(inputs), name).not.toContain("zod");
      expect(Object.keys(inputs), name).not.toContain("lib/manifest/compile.ts");
    }
  });

  it("are of the stage that is asked for", async () => {
    const file = manifest(`secrets:\n  '\${stage}/app': { strategy: in-place }\n`);
    const built = await bundleFunctions(join(folder, "staged"), file, "staging");
    const text = readFileSync(built["settle"] ?? "", "utf8");
    expect(text).toContain("staging/app");
    expect(text).not.toContain("production/app");
  });
});

describe("a bad manifest", () => {
  it("fails the build with every problem", async () => {
    const credentials = "[{ type: oracle }, { type: postgres }]";
    const file = manifest(`secrets:\n  app:\n    credentials: ${credentials}\n`);
    const built = bundleFunctions(join(folder, "bad"), file);
    await expect(built).rejects.toThrow(
      "rotation.yml:3: secrets.app.credentials.0.type: unknown type",
    );
    await expect(built).rejects.toThrow("secrets.app.credentials.1: no strategy");
    await expect(built).rejects.toThrow("The manifest has 2 problems");
  });
});
