/** Every script of package.json that is a program of this repository. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram } from "../run-program.ts";

const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8"),
);

/** The check ahead of others, and the scripts of other tools: vitest, biome, tsc, stryker. */
const foreign = ["pretest", "test", "check", "fix", "mutate"];

const programs = Object.entries(scripts)
  .filter(([name]) => !foreign.includes(name))
  .map(([name, command]) => ({
    name,
    file: /^node --import \.\/cli\/ready\.mjs (\S+\.ts)$/.exec(command)?.[1] ?? "",
  }));

describe.each(programs)("npm run $name", ({ name, file }) => {
  it("prints its usage", async () => {
    const { code, stdout, stderr } = await runProgram(file, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [what, , how, , ...options] = stdout.split("\n");
    expect(what).toMatch(/^[A-Z].*\.$/);
    expect(how).toBe(`  npm run ${name} -- [options]`);
    expect(options.join("\n")).toMatch(/^ {2}--help +print this$/m);
  });

  it.each([
    [["--no-such-option"], "Unknown option '--no-such-option'."],
    [["stray"], "Unexpected argument 'stray'."],
    [["--help=yes"], "Option '--help' does not take an argument."],
  ])("answers %j with one sentence", async (options, sentence) => {
    const { code, stdout, stderr } = await runProgram(file, ...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(`${sentence}\nRun it with --help for the options.\n`);
  });
});
