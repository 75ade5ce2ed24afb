import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

/** All production code, and what building it needs. */
const parts = ["lib", "build", "functions", "infra", "cli", "package.json", "tsconfig.json"];

const compiler = "node_modules/typescript/bin/tsc";

/** A type, as it stands in test/trial/ and in lib/rotators/: the paths in its files are the same in both. */
interface AddedType {
  readonly folder: string;
  /** Its line in lib/registry.ts. */
  readonly registry: string;
  /** Its lines in lib/types.ts: the import, and the entry. */
  readonly types: readonly [string, string];
}

export const toys: readonly AddedType[] = [
  {
    folder: "toy-engine",
    registry: `  "toy-engine": async () => (await import("./rotators/toy-engine/rotator.ts")).rotator,`,
    types: [
      `import { type as toyEngine } from "./rotators/toy-engine/type.ts";`,
      `  "toy-engine": { "toy-engine": toyEngine },`,
    ],
  },
  {
    folder: "toy-key",
    registry: `  "toy-key": async () => (await import("./rotators/toy-key/rotator.ts")).rotator,`,
    types: [
      `import { type as toyKey } from "./rotators/toy-key/type.ts";`,
      `  "toy-key": { "toy-key": toyKey },`,
    ],
  },
];

/** A copy of the production code to which types can be added. */
export class Tree implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "quarterturn-tree-"));

  constructor() {
    for (const part of parts)
      cpSync(join(root, part), join(this.folder, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
  }

  addFolder({ folder }: AddedType): void {
    const from = join(import.meta.dirname, folder);
    cpSync(from, join(this.folder, "lib/rotators", folder), { recursive: true });
  }

  /** The list at run time. */
  addToRegistry({ registry }: AddedType): void {
    this.#insert("lib/registry.ts", "export const rotators = {\n", registry);
  }

  /** The list at build time. */
  addToTypes({ types: [statement, entry] }: AddedType): void {
    this.#insert("lib/types.ts", "", statement);
    this.#insert("lib/types.ts", "const types = {\n", entry);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Runs a program of the tree; its output, or what it printed when it failed. */
  async run(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const options = { cwd: this.folder, env: { PATH: process.env["PATH"] ?? "", ...env } };
    const { stdout, stderr } = await run(process.execPath, [...args], options).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    return stdout + stderr;
  }

  /** What the compiler complains of. */
  compile(): Promise<string> {
    return this.run([compiler]);
  }

  /** The same of one file, and what it imports. */
  compileFile(file: string): Promise<string> {
    const project = "one-file.json";
    this.write(project, JSON.stringify({ extends: "./tsconfig.json", include: [file] }));
    return this.run([compiler, "--singleThreaded", "-p", project]);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }

  #insert(file: string, after: string, line: string): void {
    const text = readFileSync(join(this.folder, file), "utf8");
    const at = text.indexOf(after) + after.length;
    if (!text.includes(after)) throw new Error(`${file} has no ${JSON.stringify(after)}`);
    this.write(file, `${text.slice(0, at)}${line}\n${text.slice(at)}`);
  }
}
