import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { serverTypes } from "../lab/servers.ts";
import { failureAlert } from "../lib/alerts/alert.ts";
import { pageOfAlert } from "../lib/alerts/page.ts";
import { secretKeys } from "../lib/manifest/keys.ts";
import { readSchedule } from "../lib/manifest/schedule.ts";
import { typeIn } from "../lib/manifest/type-list.ts";
import { aclStrategies } from "../lib/rotators/acl-users/traits.ts";
import { atlasStrategies } from "../lib/rotators/atlas/traits.ts";
import { Unreachable } from "../lib/rotators/login/transport-errors.ts";
import { masterStrategies } from "../lib/rotators/rds-master/traits.ts";
import { typeList } from "../lib/types.ts";
import { ownCodes } from "../lib/validation/finding.ts";
import { everyError } from "./lib/alerts/every-error.ts";

const codes = [...new Set(everyError("app").map(({ code }) => code))].toSorted();

const occasion = {
  environment: "production",
  account: "123456789012",
  region: "eu-central-1",
  at: new Date(),
  logGroup: "/aws/lambda/settle",
  requestId: "r",
};

function keysOf(name: string): readonly string[] {
  const type = typeIn(typeList, name);
  return Object.keys({ ...type?.sharedKeys, ...type?.ownKeys });
}

const read = (path: string) => readFileSync(path, "utf8");

/** Two stop the build; without a topic there is nobody to tell; the others answer whoever started an emergency. */
const untold = [
  "INVALID_MANIFEST",
  "INVALID_PARAMETERS",
  "TOPIC_MISSING",
  "INVALID_EMERGENCY",
  "NOT_A_CANARY",
  "NOTHING_SELECTED",
  "PERSON_MAKES",
  "ROTATED_ELSEWHERE",
  "SCHEDULED_FOR_DELETION",
  "VERSION_ELSEWHERE",
  "VERSION_UNTRACKED",
];

const pages = [...globSync("*.md"), ...globSync("{docs,examples}/**/*.md")].toSorted();

describe("the documentation", () => {
  it("lists every error code, and no other", () => {
    const listed = [...read("docs/errors.md").matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, c]) => c);
    expect(listed.toSorted()).toEqual(codes);
  });

  it("has a section in the runbook for every code that can reach on-call, and no other", () => {
    const sections = [...read("docs/runbook.md").matchAll(/^## `?([A-Z_]+)`?$/gm)].map(
      ([, c]) => c,
    );
    expect(sections.toSorted()).toEqual(codes.filter((code) => !untold.includes(code)));
  });

  it("links every alert to its section, which says what is safe and what to do", () => {
    const sections = read("docs/runbook.md").split(/^## /m);
    for (const error of everyError("app").filter(({ code }) => !untold.includes(code))) {
      const { runbook } = failureAlert(error, occasion).event;
      const anchor = /^docs\/runbook\.md#(\w+)$/.exec(String(runbook))?.[1];
      const section = sections.find((text) => text.split("\n")[0]?.toLowerCase() === anchor);
      expect(section, error.code).toMatch(/\*\*Safe:\*\* (yes|no|depends)[\s\S]*\*\*Do:\*\* \S/);
      if (error.impact === "outage") expect(section).toContain("**Safe:** no");
    }
  });

  const manifest = "docs/manifest.md";
  it.each<[string, string, string, readonly string[]]>([
    ["a credential", manifest, "## Keys of a credential", ["type", ...keysOf("postgres")]],
    ["a generated value", "docs/types/generated.md", "## Keys", keysOf("generated")],
    ["an access key", "docs/types/iam.md", "## Keys", keysOf("iam")],
    [
      "a secret",
      manifest,
      "## Keys of a secret",
      [...Object.keys({ ...secretKeys, ...typeList.scopeKeys }), "credentials"],
    ],
  ])("explains every key of %s, and no other", (_, page, heading, keys) => {
    const tables = read(page).split(heading)[1]?.split("\n## ")[0];
    const listed = [...(tables ?? "").matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
    expect(listed.toSorted()).toEqual([...keys].toSorted());
  });

  it("has a page for every type, and explains its keys", () => {
    for (const name of Object.keys(typeList.types)) {
      const own = `docs/types/${name}.md`;
      const ofPresets = read("docs/providers.md") + read("docs/types/api-keys.md");
      const page = (existsSync(own) ? read(own) : ofPresets) + read(manifest);
      for (const key of keysOf(name)) expect(page, `${name}.${key}`).toContain(`| \`${key}\` |`);
    }
  });

  it("lists every server of the lab with its strategies, the default first", () => {
    const table = read("docs/databases.md").split("## Which strategy")[0] ?? "";
    const rows = new Map(
      [...table.matchAll(/\(types\/([\w-]+)\.md\) \|[^|]+\| (.+) \|$/gm)].map(
        ([, type = "", strategies = ""]) => [type, strategies.replaceAll("`", "").split(", ")],
      ),
    );
    for (const [name, server] of Object.entries(serverTypes))
      if (!("variantOf" in server)) expect(rows.get(name), name).toEqual(server.strategies);
    expect(rows.get("rds-master")).toEqual(Object.keys(masterStrategies));
    expect(rows.get("atlas")).toEqual(Object.keys(atlasStrategies));
    for (const name of ["elasticache", "elasticache-auth-token", "memorydb"])
      expect(rows.get(name)).toEqual(Object.keys(aclStrategies));
    expect(rows.size).toBe(10);
  });

  it("shows only schedules that are taken", () => {
    const section = read("docs/manifest.md").split("## Schedules")[1]?.split("\n## ")[0] ?? "";
    const shown = section.match(/(rate|cron)\([^)]+\)/g) ?? [];
    expect(shown.length).toBeGreaterThan(8);
    for (const expression of shown)
      expect(readSchedule(expression), expression).toMatchObject({ problems: [], unlisted: [] });
  });

  it("lists every code of validation", () => {
    const tables = read("docs/validate.md").split("## What the shell's credentials")[0] ?? "";
    const listed = [...tables.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, code = ""]) => code),
    );
    expect(ownCodes.filter((code) => !listed.includes(code))).toEqual([]);
    const known: readonly string[] = [...ownCodes, ...codes];
    expect(listed.filter((code) => !known.includes(code))).toEqual([]);
  });

  it("explains every key of an alert's event, and no other", () => {
    const [, section = ""] = read("docs/alerts.md").split("## What a program gets");
    const [table = ""] = section.split("\n## ");
    const listed = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key),
    );
    const [error] = everyError("app");
    expect(error).toBeDefined();
    if (error)
      expect(listed.toSorted()).toEqual(
        Object.keys(failureAlert(error, occasion).event).toSorted(),
      );
  });

  it("explains every key of an alert on the event bus, and no other", () => {
    const [, section = ""] = read("docs/alerts.md").split("| key of `detail` | |");
    const [table = ""] = section.split("\n\n");
    const listed = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key),
    );
    expect(listed.toSorted()).toEqual(Object.keys(pageOfAlert({})).toSorted());
  });

  it("shows an alert as it is", () => {
    const secret = "production/database/primary";
    const task = { kind: "rotation", secret, step: "setSecret", token: "t" } as const;
    const { text, sms, subject, event } = failureAlert(new Unreachable("db:5432", "timed out"), {
      ...occasion,
      task,
    });
    const page = read("docs/alerts.md").replace(/\s+/g, " ");
    for (const shown of [text.split("\n\n")[0], sms, subject, event["summary"]])
      expect(page).toContain(String(shown).replace(/\s+/g, " "));
  });

  it("names only commands that exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm run (?:-\S+ )?([\w:]+)/g)].map(([, name]) => name ?? ""),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(pages)("%s links only to files and headings that exist", (page) => {
    const broken = linksOf(page).filter(({ file, anchor }) => {
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsOf(file).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

/** The links of a page to files of this repository. */
function linksOf(page: string) {
  return [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
    ([link, path = "", anchor]) => ({
      link,
      file: path === "" ? page : join(dirname(page), path),
      anchor,
    }),
  );
}

/** The anchors that GitHub gives the headings of a page, and those that the page names itself. */
function anchorsOf(page: string): readonly string[] {
  const text = read(page);
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)];
}
