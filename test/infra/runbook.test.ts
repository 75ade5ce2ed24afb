import { describe, expect, it } from "vitest";
import { runbookAt } from "../../infra/runbook.ts";

describe("the runbook's page (F10)", () => {
  const github = "https://github.com/acme/quarterturn/blob/HEAD/docs/runbook.md";
  it.each([
    ["git@github.com:acme/quarterturn.git\n", github],
    ["https://github.com/acme/quarterturn", github],
    ["ssh://git@github.com:22/acme/quarterturn.git", github],
    ["https://robot:hidden-token@github.com/acme/quarterturn.git", github],
    [
      "git@gitlab.com:acme/ops/quarterturn.git",
      "https://gitlab.com/acme/ops/quarterturn/-/blob/HEAD/docs/runbook.md",
    ],
    [
      "https://bitbucket.org/acme/quarterturn/",
      "https://bitbucket.org/acme/quarterturn/src/HEAD/docs/runbook.md",
    ],
    ["https://git.internal/acme/quarterturn.git", undefined],
    ["/srv/git/quarterturn", undefined],
    ["", undefined],
  ])("of %j is %s", (remote, page) => {
    expect(runbookAt(remote)).toBe(page);
  });
});
