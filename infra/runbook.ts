import { execFileSync } from "node:child_process";

/** Where the hosts of repositories show a file, between the repository and its path. */
const views: Readonly<Record<string, string>> = {
  "github.com": "blob",
  "gitlab.com": "-/blob",
  "bitbucket.org": "src",
};

/**
 * The page of docs/runbook.md in the repository that this folder was cloned from.
 * @param remote URL of its remote, whose user information is dropped
 * @returns `undefined` for a host whose pages are not known
 */
export function runbookAt(remote: string): string | undefined {
  const [, host = "", path] =
    /^(?:(?:https|ssh):\/\/)?(?:[^@/]+@)?([\w.-]+)(?::\d+\/|[:/])([\w./-]+?)(?:\.git)?\/?$/.exec(
      remote.trim(),
    ) ?? [];
  const view = Object.hasOwn(views, host) ? views[host] : undefined;
  return view && path ? `https://${host}/${path}/${view}/HEAD/docs/runbook.md` : undefined;
}

/** The same of the folder in which packaging runs; a copy without git, or without a remote, has none. */
export function ownRunbook(): string | undefined {
  try {
    const asked = ["config", "--get", "remote.origin.url"];
    const stdio = ["ignore", "pipe", "ignore"] as const;
    return runbookAt(execFileSync("git", asked, { encoding: "utf8", stdio: [...stdio] }));
  } catch {
    return undefined;
  }
}
