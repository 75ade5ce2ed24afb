import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

/** A program of a clone, started as package.json does it. */
function start(clone: string) {
  const { promise, resolve } = Promise.withResolvers<object>();
  const words = ["--import", "./cli/ready.mjs", "program.mjs"];
  execFile(process.execPath, words, { cwd: clone }, (error, stdout, stderr) =>
    resolve({ code: error?.code ?? 0, stdout, stderr }),
  );
  return promise;
}

it("a command before npm ci is one sentence, and runs after it", async () => {
  const clone = mkdtempSync(join(tmpdir(), "quarterturn-clone-"));
  try {
    mkdirSync(join(clone, "node_modules"));
    cpSync("cli/ready.mjs", join(clone, "cli/ready.mjs"));
    writeFileSync(join(clone, "program.mjs"), 'console.log("ran");');
    expect(await start(clone)).toEqual({
      code: 1,
      stdout: "",
      stderr: "Run npm ci first. It installs what this command needs, the right Node included.\n",
    });
    writeFileSync(join(clone, "node_modules/.package-lock.json"), "{}");
    expect(await start(clone)).toEqual({ code: 0, stdout: "ran\n", stderr: "" });
  } finally {
    rmSync(clone, { recursive: true });
  }
});
