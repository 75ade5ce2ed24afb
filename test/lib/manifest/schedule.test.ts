import { describe, expect, it } from "vitest";
import { readSchedule } from "../../../lib/manifest/schedule.ts";

describe("a schedule that AWS's guide shows", () => {
  it.each<[string, room: number, every: number | undefined]>([
    // User guide, "Rotation schedules": the examples of its text and tables.
    ["rate(4 hours)", 4, 4],
    ["rate(1 day)", 24, 24],
    ["rate(10 days)", 24, 240],
    ["cron(0 4/12 * * ? *)", 8, 12],
    ["cron(0 /8 * * ? *)", 8, 8],
    ["cron(0 8/8 * * ? *)", 8, 8],
    ["cron(0 2/10 * * ? *)", 2, 4],
    ["cron(0 10 * * ? *)", 14, 24],
    ["cron(0 18 ? * SAT *)", 6, undefined],
    ["cron(0 8 1 * ? *)", 16, undefined],
    ["cron(0 1 ? 1/3 SUN#1 *)", 23, undefined],
    ["cron(0 17 L * ? *)", 7, undefined],
    ["cron(0 8 ? * MON-FRI *)", 16, undefined],
    ["cron(0 16 1,15 * ? *)", 8, undefined],
    ["cron(0 0 ? * SUN#1 *)", 24, undefined],
    ["cron(0 0 ? 1/11 2#1 *)", 24, undefined],
    ["cron(0 0 SUNL * ? *)", 24, undefined],
    ["cron(0 0 ? * L *)", 24, undefined],
    ["cron(0 0 1/2 JAN,APR,JUL,OCT ? *)", 24, undefined],
    ["cron(0 0 1-15 1-3 ? *)", 24, undefined],
    ["cron(0 0 ? * 1,4 *)", 24, undefined],
    ["cron(0 0 ? * * *)", 24, 24],
    // And the limits of its text.
    ["rate(999 days)", 24, 23_976],
    ["rate(90 day)", 24, 2160],
    ["rate(36 hours)", 24, 36],
    ["cron(0 23 28 2 ? *)", 1, undefined],
    ["cron(0 0 31 1/2 ? *)", 24, undefined],
  ])("%s is taken, with room for %i hours", (expression, room, every) => {
    expect(readSchedule(expression)).toEqual({ problems: [], unlisted: [], room, every });
  });
});

describe("a form that the guide does not list", () => {
  it.each([
    ["cron(0 0,12 * * ? *)", "0,12 for hours"],
    ["cron(0 */6 * * ? *)", "*/6 for hours"],
    ["cron(0 2-22/10 * * ? *)", "2-22/10 for hours"],
    ["cron(0 2 15W * ? *)", "15W for days of the month"],
    ["cron(0 2 LW * ? *)", "LW for days of the month"],
    ["cron(0 2 L-3 * ? *)", "L-3 for days of the month"],
    ["cron(0 2 1-15/7 * ? *)", "1-15/7 for days of the month"],
    ["cron(0 2 */10 * ? *)", "*/10 for days of the month"],
    ["cron(0 2 1 jan ? *)", "jan for months"],
    ["cron(0 2 1 NOV-FEB ? *)", "NOV-FEB for months"],
    ["cron(0 2 ? * mon *)", "mon for days of the week"],
  ])("%s is left to Secrets Manager to judge", (expression, form) => {
    expect(readSchedule(expression)).toMatchObject({ problems: [], unlisted: [form] });
  });
});

describe("what no schedule can be", () => {
  it.each([
    "",
    "rate(0 days)",
    "rate(-1 days)",
    "rate(1.5 days)",
    "rate(012 days)",
    "rate(90 days) ",
    "Rate(90 days)",
    "rate(90 days, 3h)",
    "rate(23977 hours)",
    "cron()",
    "cron(0 2 1 * ? *",
    "cron(0  2 1 * ? *)",
    "cron(0 2 1 * ? * *)",
    "cron(0 2 , * ? *)",
    "cron(0 2 1, * ? *)",
    "cron(0 2 1- * ? *)",
    "cron(0 -5 1 * ? *)",
    "cron(0 2 0 * ? *)",
    "cron(0 2 1 0 ? *)",
    "cron(0 2 1 ? * *)",
    "cron(0 2 ? * SUN#0 *)",
    "cron(0 2 1/0 * ? *)",
    "cron(0 ? 1 * ? *)",
    "cron(0 L 1 * ? *)",
    "cron(0 0x2 1 * ? *)",
    "cron(0 2 31 4,6,9,11 ? *)",
    "cron(0 0-3 * * ? *)",
  ])("%j is refused", (expression) => {
    expect(readSchedule(expression).problems).not.toEqual([]);
  });

  it("is told with everything that is wrong with it", () => {
    expect(readSchedule("cron(5 24 32 * MON 2027)").problems).toHaveLength(5);
  });
});
