import { spawnSync } from "node:child_process";

/** Why the real `aws` command line cannot be used here, and what to do; `undefined` when it can. */
export function missingAwsCli(): string | undefined {
  const { stdout } = spawnSync("aws", ["--version"], { encoding: "utf8" });
  const [, major, minor] = /^aws-cli\/(\d+)\.(\d+)/.exec(stdout ?? "") ?? [];
  if (Number(minor) >= (major === "1" ? 29 : 13)) return undefined;
  return "The aws command line (1.29, 2.13 or later, which know AWS_ENDPOINT_URL) is not on the PATH: pip install awscli";
}

/** The same for `jq`. */
export function missingJq(): string | undefined {
  if (spawnSync("jq", ["--version"]).status === 0) return undefined;
  return "jq is not on the PATH: apt-get install jq, or brew install jq";
}

/**
 * The environment for `aws` to start without reading any configuration.
 * @param home a folder without configuration
 */
export function awsCliEnvironment(home: string): Record<string, string> {
  const passed = Object.entries(process.env).filter(([name]) => name.startsWith("PYENV"));
  const environment = Object.fromEntries(passed) as Record<string, string>;
  return { ...environment, PATH: String(process.env["PATH"]), HOME: home, AWS_PAGER: "" };
}
