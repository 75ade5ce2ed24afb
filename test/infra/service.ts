import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { unzipSync } from "fflate";
import type { Resource, Value } from "../../infra/cloudformation.ts";
import { compileCache } from "../../standin/compile-cache.ts";

const root = resolve(import.meta.dirname, "../..");

/** All that packaging reads, but the manifest. */
const parts = ["build", "functions", "infra", "lib", "node_modules", "package.json"];

export interface Packaged {
  readonly code: number | null;
  /** What it printed, to both streams. */
  readonly printed: string;
}

/** The framework compiles the schema of serverless.yml, which takes half the time of packaging, and keeps it here. */
const schemas = join(root, "node_modules/.cache/quarterturn/serverless");

/** This service with another manifest, in a folder of its own: a run disturbs neither another nor the repository. */
export class Service implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "quarterturn-service-"));

  readonly #unpacked: string[] = [];

  /** @param manifest of rotation.yml; default: the repository's */
  constructor(manifest = readFileSync(join(root, "rotation.yml"), "utf8")) {
    for (const part of parts) symlinkSync(join(root, part), join(this.folder, part));
    this.write("serverless.yml", readFileSync(join(root, "serverless.yml"), "utf8"));
    this.write("rotation.yml", manifest);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** `npx serverless …` without credentials, Region or network: whatever it asks for is not there. */
  async run(...args: string[]): Promise<Packaged> {
    const temporary = join(this.folder, "temporary");
    mkdirSync(temporary, { recursive: true });
    const program = join(root, "node_modules/serverless/bin/serverless.js");
    const nowhere = "http://127.0.0.1:9";
    const child = spawn(process.execPath, [program, ...args], {
      cwd: this.folder,
      // The framework leaves folders behind in the temporary one.
      env: {
        ...compileCache,
        PATH: dirname(process.execPath),
        HOME: temporary,
        TMPDIR: temporary,
        SLS_SCHEMA_CACHE_BASE_DIR: schemas,
        HTTPS_PROXY: nowhere,
        AWS_ENDPOINT_URL: nowhere,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
    const [code] = await once(child, "close");
    return { code, printed: chunks.join("") };
  }

  /** Packages; fails with what was printed. */
  async package(...args: string[]): Promise<void> {
    const { code, printed } = await this.run("package", ...args);
    if (code !== 0) throw new Error(`serverless package failed: ${printed}`);
  }

  template(): Template {
    const name = "cloudformation-template-update-stack.json";
    return JSON.parse(readFileSync(join(this.folder, ".serverless", name), "utf8"));
  }

  zip(name: string): Buffer {
    return readFileSync(join(this.folder, ".serverless", `${name}.zip`));
  }

  /** Unpacks a function's zip, as Lambda does, where no node_modules is above it; returns the folder. */
  unpack(name: string): string {
    const folder = mkdtempSync(join(tmpdir(), `quarterturn-${name}-`));
    this.#unpacked.push(folder);
    for (const [path, bytes] of Object.entries(unzipSync(this.zip(name)))) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    return folder;
  }

  [Symbol.dispose](): void {
    for (const folder of [this.folder, ...this.#unpacked]) rmSync(folder, { recursive: true });
  }
}

export interface Template {
  readonly Resources: Readonly<
    Record<string, Resource & { readonly DependsOn?: readonly string[] }>
  >;
  readonly Outputs: Readonly<Record<string, { readonly Value: Value }>>;
}
