import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions, functionGroups } from "../../build/bundle.ts";
import { sourceFiles } from "../../build/layers.ts";
import { readManifest } from "../../build/manifest-plugin.ts";
import { bundleOptions } from "../../build/options.ts";
import { typeList } from "../../lib/types.ts";

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
async function inFreshProcess(
  script: string,
  file = bundle,
): Promise<{ stdout: string; stderr: string }> {
  const source = `const bundle = await import(${JSON.stringify(file)}); ${script}`;
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

  it("loads TLS with the first request, also where it asks providers of keys", async () => {
    const credentials = [
      { type: "iam", user: "uploads" },
      { type: "resend", permission: "full_access", admin: "admin", field: "resend" },
    ];
    const keys = manifest(JSON.stringify({ secrets: { keys: { credentials } } }));
    const built = await bundleFunctions(join(folder, "keys"), keys);
    for (const file of [bundle, built["rotate-api-key"], built["retire-api-key"]]) {
      const { stdout } = await inFreshProcess("console.log(process.moduleLoadList.join());", file);
      expect(stdout).toContain("NativeModule crypto,");
      for (const name of ["https", "tls", "net", "dns/promises"])
        expect(stdout).not.toContain(`NativeModule ${name},`);
    }
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
  const mixed = `secrets:
  login: { type: postgres, strategy: in-place }
  key: { type: generated, format: hex }`;
  const both = `secrets:
  login: { credentials: [{ strategy: in-place }, { type: generated, format: hex, field: KEY }] }`;

  const all = readdirSync("functions")
    .filter((name) => /(?<!\.d)\.ts$/.test(name))
    .map((name) => basename(name, ".ts"));

  /** What is in each of them, by name: source files, and packages. Each is built by itself, as serverless does. */
  async function contents(text: string, functions = all) {
    const file = manifest(text);
    const inputs = new Map<string, readonly string[]>();
    const texts = new Map<string, string>();
    for (const name of functions) {
      const { metafile, outputFiles } = await build({
        ...bundleOptions(() => readManifest(file, "production")),
        entryPoints: [join("functions", `${name}.ts`)],
        outdir: folder,
        write: false,
        metafile: true,
      });
      const [output] = Object.values(metafile.outputs);
      inputs.set(name, Object.keys(output?.inputs ?? {}));
      texts.set(name, outputFiles[0]?.text ?? "");
    }
    const packagesIn = (name: string) =>
      inputs
        .get(name)
        ?.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    return { inputs, packagesIn, texts };
  }

  let inMixed: Awaited<ReturnType<typeof contents>>;
  beforeAll(async () => {
    inMixed = await contents(mixed);
  });

  it("hold what they need, and neither the YAML parser nor the schema library of the build", () => {
    const { inputs, packagesIn } = inMixed;
    expect(all.length).toBeGreaterThan(5);
    for (const name of all) {
      expect(packagesIn(name), name).toContain("@middy/core");
      expect(packagesIn(name), name).not.toContain("yaml");
      expect(packagesIn(name), name).not.toContain("zod");
      expect(inputs.get(name), name).not.toContain("lib/manifest/compile.ts");
    }
  });

  it("hold nothing that a cold start would pay for in vain", () => {
    const { texts } = inMixed;
    const vain = {
      "classes of the errors of a service": /\w+Exception",\$fault:"(client|server)"/,
      "descriptions of the SDK's packages": /"build:include:deps"/,
      "files of profiles": /fs\/promises/,
      "the driver's pool": /Cannot use a pool after calling end/,
      "the driver's binding to libpq": /pg-native/,
      "the formatter's strings": /\.fill\(0\)\.map/,
    };
    for (const name of all)
      for (const [what, mark] of Object.entries(vain))
        expect(texts.get(name)?.match(mark)?.[0], `${what} in ${name}`).toBeUndefined();
  });

  it("are of sources that tell a service's errors apart by name: bundles hold no class of them", () => {
    for (const file of sourceFiles(process.cwd()).filter((each) =>
      /^(lib|functions)\//.test(each),
    )) {
      const source = readFileSync(file, "utf8");
      const imported = [...source.matchAll(/import \{([^}]*)\} from "@aws-sdk\//g)]
        .flatMap(([, names = ""]) => names.split(","))
        .map((name) => name.trim());
      const compared = [...source.matchAll(/instanceof (\w+)/g)].map(([, name = ""]) => name);
      const found = compared.filter(
        (name) => imported.includes(name) && !name.endsWith("ServiceException"),
      );
      expect(found, file).toEqual([]);
    }
  });

  it("hold a preset as data: one engine, and nothing of the build", async () => {
    const { inputs, packagesIn, texts } = await contents(
      "secrets: { key: { type: resend, permission: full_access, admin: admin } }",
      ["rotate-api-key", "retire-api-key", "rotate-database"],
    );
    const isRead = (path: string) => /-schema|read-preset|presets|types?\.ts$/.test(path);
    for (const name of ["rotate-api-key", "retire-api-key"]) {
      const engine = inputs.get(name)?.filter((path) => path.startsWith("lib/rotators/http/"));
      expect(engine, name).toContain("lib/rotators/http/transport.ts");
      expect(engine?.filter(isRead), name).toEqual([]);
      expect(packagesIn(name), name).not.toContain("zod");
      expect(texts.get(name), name).toContain("^API key is invalid");
      expect(texts.get(name), name).not.toContain("api.sendgrid.com");
    }
    expect(inputs.get("rotate-database")).not.toContain("lib/rotators/http/transport.ts");
  });

  it("hold the types of the secrets that they serve, and no other", async () => {
    const { inputs, packagesIn } = inMixed;
    const rotators = (name: string) =>
      inputs.get(name)?.filter((path) => /^lib\/rotators\/\w+\/rotator\.ts$/.test(path));
    const postgres = ["lib/rotators/login/rotator.ts", "lib/rotators/postgres/rotator.ts"];
    const generated = ["lib/rotators/generated/rotator.ts"];
    for (const name of ["rotate-database", "retire-database"]) {
      expect(rotators(name)?.toSorted(), name).toEqual(postgres);
      expect(packagesIn(name), name).toContain("pg");
    }
    for (const name of ["rotate-api-key", "retire-api-key"]) {
      expect(rotators(name), name).toEqual(generated);
      expect(packagesIn(name), name).not.toContain("pg");
    }
    for (const name of ["settle", "mirror", "watch", "relay"])
      expect(rotators(name), name).toEqual([]);
    const { inputs: inBoth } = await contents(both, ["rotate-database"]);
    expect(inBoth.get("rotate-database")).toEqual(
      expect.arrayContaining([...postgres, ...generated]),
    );
  });

  it("hold the types that a secret may name where the manifest leaves the type open", async () => {
    const { inputs } = await contents("secrets: { login: { strategy: in-place } }", [
      "rotate-database",
    ]);
    const open = ["postgres", ...(typeList.alternatives ?? [])];
    expect(inputs.get("rotate-database")).toEqual(
      expect.arrayContaining(open.map((type) => `lib/rotators/${type}/rotator.ts`)),
    );
  });

  it("hold the clients of IAM where access keys rotate, with nothing but what is called", {
    tags: "ci",
  }, async () => {
    const { packagesIn, texts } = await contents("secrets: { key: { type: iam, user: uploads } }", [
      "rotate-api-key",
      "retire-api-key",
      "settle",
    ]);
    for (const name of ["rotate-api-key", "retire-api-key"]) {
      expect(packagesIn(name), name).toEqual(
        expect.arrayContaining(["@aws-sdk/client-iam", "@aws-sdk/client-sts"]),
      );
      const text = texts.get(name) ?? "";
      expect(text.includes("CreateAccessKey"), name).toBe(true);
      for (const unused of [
        "CreateVirtualMFADevice",
        "DecodeAuthorizationMessage",
        "waitUntilUserExists",
      ])
        expect(text.includes(unused), `${unused} in ${name}`).toBe(false);
      expect(text.length, name).toBeLessThan(340_000);
    }
    expect(packagesIn("settle")).not.toContain("@aws-sdk/client-iam");
    expect(inMixed.packagesIn("rotate-api-key")).not.toContain("@aws-sdk/client-iam");
  });

  it("are those of the places that the manifest has", () => {
    const names = (text: string) =>
      functionGroups(readManifest(manifest(text), "production"))
        .flat()
        .toSorted();
    const others = ["emergency", "mirror", "relay", "schedule", "settle", "watch"];
    const database = ["retire-database", "rotate-database"];
    const apiKey = ["retire-api-key", "rotate-api-key"];
    expect(names(both)).toEqual([...others, ...database].toSorted());
    expect(names(mixed)).toEqual([...others, ...database, ...apiKey].toSorted());
    const key = "secrets: { key: { type: generated, format: hex } }";
    expect(names(key)).toEqual([...others, ...apiKey].toSorted());
  });

  it("refuse a type that they were built without", async () => {
    const file = manifest(mixed);
    const entry = join(folder, "rotate-api-key.ts");
    const registry = JSON.stringify(join(process.cwd(), "lib/registry.ts"));
    writeFileSync(entry, `export { loadCredential } from ${registry};`);
    const outfile = join(folder, "rotate-api-key.mjs");
    const { outExtension: _, ...options } = bundleOptions(() => readManifest(file, "production"));
    await build({ ...options, entryPoints: [entry], outfile });
    const { loadCredential } = await import(outfile);
    const traits = { oldWorksBeside: false, changesUsername: false, switches: false };
    const spec = { strategy: "s", traits, field: "", prefix: "", format: { kind: "uuid" } };
    const credential = await loadCredential({ ...spec, type: "generated" });
    expect(credential.traits).toEqual(traits);
    await expect(loadCredential({ ...spec, type: "postgres" })).rejects.toMatchObject({
      code: "UNKNOWN_TYPE",
      message: expect.stringContaining("postgres"),
    });
  });

  it("are of the stage that is asked for", { tags: "ci" }, async () => {
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
