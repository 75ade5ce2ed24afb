import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { invalidValue } from "./operation.ts";
import { unzip } from "./unzip.ts";

/** The code of a function that was created by the API, unpacked to a temporary folder. */
export class Deployment implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "standin-function-"));
  readonly bundle: string;
  readonly codeSize: number;
  /** Who may invoke it, by the service's principal, with the id of the statement. */
  readonly permissions = new Map<string, { principal: string }>();
  readonly revision = randomUUID();

  /** Throws InvalidParameterValueException for an archive without the handler's file. */
  constructor(archive: Buffer, handler: string) {
    const [path = "", name] = handler.split(".");
    this.codeSize = archive.length;
    try {
      this.#unpack(archive);
      const found = ["mjs", "js"].map((ending) => join(this.folder, `${path}.${ending}`));
      const bundle = found.find((each) => existsSync(each));
      if (bundle === undefined || name !== "handler") {
        throw invalidValue(
          `The stand-in runs "handler" of an ES module: ${handler} is not in the archive.`,
        );
      }
      this.bundle = bundle;
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #unpack(archive: Buffer): void {
    for (const [path, bytes] of filesOf(archive)) {
      const target = join(this.folder, normalize(`/${path}`));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes);
    }
  }
}

function filesOf(archive: Buffer): Map<string, Buffer> {
  try {
    return unzip(archive);
  } catch {
    throw invalidValue(
      "Could not unzip uploaded file. Please check your file, then try to upload again.",
    );
  }
}
