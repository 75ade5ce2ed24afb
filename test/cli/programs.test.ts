/** Every script of package.json that is a program of this repository. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sampled } from "../everything.ts";
import { runProgram } from "../run-program.ts";
import { WarmProcess } from "./warm-process.ts";

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

const actions = "--leaked, --rotate, --rollback, --repair, --drill, --status";

/** For what is the same in a process of its own. */
const warm = new WarmProcess();
afterAll(() => warm[Symbol.asyncDispose]());

describe.each(sampled(programs, 3))("npm run $name", ({ name, file }) => {
  it("prints its usage", async () => {
    const { code, stdout, stderr } = await runProgram(file, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [what, , how, , ...options] = stdout.split("\n");
    expect(what).toMatch(/^[A-Z].*\.$/);
    expect(how).toMatch(new RegExp(`^  npm run ${name} --( [A-Z]+)? \\[options\\]$`));
    expect(options.join("\n")).toMatch(/^ {2}--help +print this$/m);
  });

  // What may be a secret value by mistake is not repeated: see supply.test.ts.
  it.skipIf(name === "supply").each([
    [["--no-such-option"], "Unknown option '--no-such-option'."],
    // Names of secrets are no options.
    name === "emergency"
      ? [["stray"], `Say what to do: one of ${actions}.`]
      : [["stray"], "Unexpected argument 'stray'."],
    [["--help=yes"], "Option '--help' does not take an argument."],
  ])("answers %j with one sentence", async (options, sentence) => {
    const { code, stdout, stderr } = await warm.run(file, options, {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(`${sentence}\nRun it with --help for the options.\n`);
  });
});

describe("npm run walk", () => {
  it.each([
    [["--replay", "none.json"], 'Cannot read a walk from "none.json"'],
    [["--replay", "package.json"], 'Cannot read a walk from "package.json"'],
    [["--replay", "README.md"], 'Cannot read a walk from "README.md"'],
    [["--without", "nonsense"], 'No operation begins with "nonsense". There are:\n'],
    [["--without=", "--steps=5"], 'No operation begins with "". There are:\n'],
  ])("takes %j for a mistake", async (options, message) => {
    const { code, stdout, stderr } = await warm.run("lab/walk.ts", options, {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("a Region that is none", () => {
  it.each([
    ["lab/conformance.ts", ["--aws", "--region", "Frankfurt"], "Frankfurt"],
    ["cli/alert-test.ts", ["--topic", "arn:aws:sns:nowhere:123456789012:on-call"], "nowhere"],
  ])("%s %j is refused", async (file, options, region) => {
    const { code, stdout, stderr } = await warm.run(file, options, {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`"${region}" is not an AWS Region (such as eu-central-1).`);
  });
});

/** What would change nothing, so that whoever gives it expects something else. */
describe("an option that has no effect", () => {
  it.each([
    ["lab/conformance.ts", ["--region", "eu-central-1"], "--region needs --aws."],
    ["lab/conformance.ts", ["--yes"], "--yes needs --aws."],
    ["lab/conformance.ts", ["--subnets", "subnet-1"], "--subnets needs --aws."],
    ["lab/conformance.ts", ["--retry-minutes=3"], "--retry-minutes needs --aws."],
    ["lab/conformance.ts", ["--sweep"], "--sweep needs --aws."],
    [
      "lab/conformance.ts",
      ["--aws", "--sweep", "--only", "x"],
      "--only cannot be combined with --sweep.",
    ],
    [
      "lab/conformance.ts",
      ["--aws", "--json", "--sweep"],
      "--json cannot be combined with --sweep.",
    ],
    [
      "lab/walk.ts",
      ["--replay", "x.json", "--seed", "1"],
      "--seed cannot be combined with --replay.",
    ],
    [
      "lab/walk.ts",
      ["--replay", "x.json", "--steps=1"],
      "--steps cannot be combined with --replay.",
    ],
    [
      "lab/walk.ts",
      ["--without", "x", "--replay=x"],
      "--without cannot be combined with --replay.",
    ],
    ["cli/validate.ts", ["--topic="], "--topic needs --live."],
    [
      "cli/emergency.ts",
      ["--status", "--reason", "x"],
      "--reason cannot be combined with --status.",
    ],
    ["cli/emergency.ts", ["--rotate", "--version-id", "x"], "--version-id needs --leaked."],
    ["cli/emergency.ts", ["--leaked", "--end-sessions"], "--end-sessions needs --repair."],
    ["cli/emergency.ts", ["--leaked", "--follow"], "--follow needs --status."],
    ["cli/emergency.ts", ["--dry-run", "--yes"], "--yes cannot be combined with --dry-run."],
  ])("%s %j is refused", async (file, options, sentence) => {
    const { code, stdout, stderr } = await warm.run(file, options, {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(`${sentence}\nRun it with --help for the options.\n`);
  });
});
