import { describe, expect, it } from "vitest";
import { jsonDisplay, terminalDisplay } from "../../cli/emergency/display.ts";
import { between, duration } from "../../cli/emergency/duration.ts";
import { factsSince } from "../../cli/emergency/facts.ts";
import { planLines } from "../../cli/emergency/plan-text.ts";
import { tableOf } from "../../cli/emergency/table.ts";
import { answer, at, begun, dead, rotating, settled, stuck } from "./emergency-statuses.ts";

const wide = { columns: 120, rows: 30 };

describe("the table", () => {
  it("has a line for each secret, with times from the beginning and what it waits for", () => {
    const lines = tableOf(answer([rotating("a/b"), dead("c"), stuck("d"), settled("e")]), wide);
    expect(lines).toEqual([
      "Emergency INC-1 (leaked), 5.0 s",
      "a/b  rotating",
      "c    dead      dead after 1.2 s  consumers 1/2 back  service web: its deployment is in progress",
      "d    dead      dead after 1.2 s  consumers 0/1 back  left: service web: it failed. Mend it. (and 1 more)",
      "e    settled   dead after 1.2 s  consumers 1/1 back",
    ]);
  });

  it.each([20, 40, 80])("fits a terminal of %d columns, and keeps the end of names", (columns) => {
    const name = "production/database/of/the/whole/company/primary";
    const lines = tableOf(answer([dead(name), stuck(name)]), { columns, rows: 30 });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines[1]).toMatch(/^….*primary/);
  });

  it("is a summary and those that need somebody, where there are too many", () => {
    const all = [
      ...Array.from({ length: 300 }, (_, index) => settled(`s${index}`)),
      ...Array.from({ length: 199 }, (_, index) => rotating(`r${index}`)),
      stuck("the one"),
    ];
    const lines = tableOf(answer(all), { columns: 100, rows: 10 });
    expect(lines.length).toBeLessThan(10);
    expect(lines[1]).toBe("500 secrets: 199 rotating, 1 dead, 300 settled");
    expect(lines[2]).toMatch(/^the one /);
    expect(lines[3]).toMatch(/^r0 /);
    expect(lines.at(-1)).toBe("and 495 more");
  });

  it("never shows a time before the beginning, whatever the clocks say", () => {
    const early = { ...dead("app"), deadAt: at(-30) };
    expect(tableOf(answer([early], -60), wide).join("\n")).not.toMatch(/ -\d/);
    expect(between(at(0), at(-30))).toBe("0.0 s");
  });

  it.each([
    [999, "1.0 s"],
    [59_900, "59.9 s"],
    [192_000, "3 min 12 s"],
    [18_600_000, "5 h 10 min"],
    [3 * 86_400_000, "3 d"],
  ])("shows %d ms as %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe("the terminal", () => {
  it("is drawn over in place, and keeps what is left", () => {
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text) > 0, columns: 60, rows: 24 };
    const display = terminalDisplay(output as never, (id) => `look ${id}`);
    display.show(answer([rotating("app")]));
    display.show(answer([stuck("app")]));
    display.missed("no network");
    display.end(answer([stuck("app")]), "leaked");
    const [first = "", second = "", missed = "", end = ""] = written;
    expect(first.startsWith("\r\x1b[JEmergency")).toBe(true);
    expect(second.startsWith("\x1b[2A\r\x1b[JEmergency")).toBe(true);
    expect(missed).toContain("Cannot read the status: no network\nTrying again.\n");
    expect(end).toBe(
      "\napp: service web: it failed. Mend it.\napp: Do this as well.\nLook again: look INC-1\n",
    );
  });
});

describe("the facts", () => {
  it("come once each, when they become known, with the time at which they happened", () => {
    const looks = [
      [begun("app")],
      [rotating("app")],
      [dead("app")],
      [dead("app")],
      [settled("app")],
    ];
    const lines: object[] = [];
    const display = jsonDisplay(
      { write: (text) => lines.push(JSON.parse(String(text))) > 0 },
      () => new Date(at(0)),
    );
    for (const secrets of looks) display.show(answer(secrets));
    display.end(answer([settled("app")]), "leaked");
    const known = (fact: object) => ({ at: at(5), secret: "app", ...fact });
    expect(lines).toEqual([
      known({ at: at(0), fact: "rotating", version: "leaked-1" }),
      known({ at: at(1), fact: "promoted", version: "leaked-1" }),
      known({ at: at(1.2), fact: "dead" }),
      known({ fact: "consumer", consumer: "service api", state: "proven" }),
      known({
        fact: "consumer",
        consumer: "service web",
        state: "rolling",
        why: "its deployment is in progress",
      }),
      known({ fact: "consumer", consumer: "service web", state: "proven" }),
      known({ fact: "settled" }),
      { at: at(5), fact: "end", outcome: "done" },
    ]);
  });

  it("tell of problems, of their end, and of what is left", () => {
    const [before, after] = [answer([dead("app")]), answer([stuck("app")])];
    const facts = factsSince(before, after).map(({ fact, code, says }) => [fact, code ?? says]);
    expect(facts).toEqual([
      ["consumer", undefined],
      ["problem", "DEPLOYMENT_FAILED"],
      ["left", "service web: it failed. Mend it."],
      ["left", "Do this as well."],
    ]);
    expect(factsSince(after, before).map(({ fact }) => fact)).toContain("problem-over");
    expect(factsSince(after, after)).toEqual([]);
  });
});

describe("the plan", () => {
  it("says once what is the same for many secrets, and what is refused", () => {
    const many = Array.from({ length: 7 }, (_, index) => ({
      secret: `s${index}`,
      plan: "start" as const,
      says: "Postgres: a new one.",
    }));
    const refused = { secret: "x", plan: "refuse" as const, says: "People make it." };
    const secrets = [...many, refused];
    const notes = ["2 dead letters are sent again."];
    expect(
      planLines({ outcome: "planned", id: "INC-1", action: "leaked", secrets, notes }),
    ).toEqual([
      "Emergency INC-1: leaked, 8 secrets",
      "",
      "s0, s1, s2, s3, s4, and 2 more",
      "  Postgres: a new one.",
      "x",
      "  REFUSED: People make it.",
      "2 dead letters are sent again.",
      "",
    ]);
  });
});
