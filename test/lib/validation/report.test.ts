import { describe, expect, it } from "vitest";
import { strategyTraits } from "../../../lib/rotators/login/traits.ts";
import type { Finding } from "../../../lib/validation/finding.ts";
import { asJson, asText, isGood } from "../../../lib/validation/report.ts";
import { entry, facts, name, secret, spec } from "./good-facts.ts";

const note: Finding = { severity: "note", code: "CONSUMERS", secret: name, what: "None." };
const warning: Finding = { severity: "warning", code: "W", what: "Perhaps.", remedy: "Look." };
const error: Finding = { severity: "error", code: "E", secret: name, what: "No.", remedy: "Do." };

const inPlace = { ...spec, strategy: "in-place", traits: strategyTraits["in-place"] };
const generated = {
  type: "generated",
  strategy: "generate",
  traits: { oldWorksBeside: false, changesUsername: false, switches: false },
};
const { manifest } = facts({
  secrets: [
    secret(),
    secret({
      name: "app",
      entry: {
        ...entry,
        credentials: [spec, inPlace, generated],
        consumers: { clusters: [] },
        schedule: { expression: "cron(0 3 1 * ? *)", duration: "3h" },
      },
    }),
  ],
});
const report = { file: "rotation.yml", stage: "production", live: true, manifest };

describe("for a reader", () => {
  it("is a table of what rotates, and findings, the worst first", () => {
    expect(asText({ ...report, findings: [note, warning, error] })).toBe(`\
rotation.yml, stage production: 2 secrets to rotate
  secret                       credentials              strategy                               schedule                  clusters
  production/database/primary  postgres                 alternating-users                      rate(90 days)             production
  app                          postgres × 2, generated  alternating-users, in-place, generate  cron(0 3 1 * ? *) for 3h  –

error    production/database/primary: No. [E]
         → Do.

warning  Perhaps. [W]
         → Look.

note     production/database/primary: None. [CONSUMERS]

NOT OK: 1 error, 1 warning, 1 note; checked: the manifest and the account.`);
  });

  it("says so when there is nothing to rotate, or no manifest", () => {
    const { manifest: empty } = facts({ secrets: [] });
    expect(asText({ ...report, manifest: empty, live: false, findings: [] })).toBe(`\
rotation.yml, stage production: no secret rotates

OK: 0 errors, 0 warnings, 0 notes; checked: the manifest alone (see --live).`);
    expect(asText({ ...report, manifest: undefined, live: false, findings: [error] })).toMatch(
      /^rotation.yml, stage production: not usable\n\nerror/,
    );
  });
});

describe("for a program", () => {
  it("is one object", () => {
    expect(JSON.parse(asJson({ ...report, findings: [note, error] }))).toEqual({
      file: "rotation.yml",
      stage: "production",
      live: true,
      ok: false,
      errors: 1,
      warnings: 0,
      notes: 1,
      findings: [note, error],
      secrets: [
        {
          secret: name,
          credentials: ["postgres"],
          strategy: ["alternating-users"],
          schedule: "rate(90 days)",
          clusters: ["production"],
        },
        {
          secret: "app",
          credentials: ["postgres", "postgres", "generated"],
          strategy: ["alternating-users", "in-place", "generate"],
          schedule: "cron(0 3 1 * ? *)",
          window: "3h",
          clusters: [],
        },
      ],
    });
  });
});

it.each([
  [[], true],
  [[note, warning], true],
  [[note, error], false],
])("fails by errors alone: %j", (findings, good) => {
  expect(isGood({ ...report, findings })).toBe(good);
});
