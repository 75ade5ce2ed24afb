import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Aws, type AwsOptions, startAws } from "../standin/aws.ts";
import { deploy } from "./deploy.ts";
import { leash } from "./postgres/leash.ts";

/** The stand-in with the functions that are built for one manifest. Worlds can use it one after the other. */
export class Host implements AsyncDisposable {
  readonly aws: Aws;
  /** Where the functions, their manifest and `ca.pem` are, deleted when this process ends, if not before. */
  readonly folder: string;
  readonly #parts: AsyncDisposable;
  #arns: ReturnType<typeof deploy> | undefined;

  private constructor(aws: Aws, folder: string, parts: AsyncDisposable) {
    this.aws = aws;
    this.folder = folder;
    this.#parts = parts;
  }

  static async start(options: AwsOptions = {}): Promise<Host> {
    await using parts = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), "quarterturn-"));
    const held = leash(folder);
    parts.defer(() => held.release());
    const aws = parts.use(await startAws(options));
    return new Host(aws, folder, parts.move());
  }

  /** Builds and registers the functions the first time; the same ones serve from then on. */
  deploy(functions: {
    manifest: object;
    ca: string;
    topicArn: string;
    env?: Readonly<Record<string, string>>;
  }): ReturnType<typeof deploy> {
    this.#arns ??= deploy(this.aws, { folder: this.folder, ...functions });
    return this.#arns;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }
}
