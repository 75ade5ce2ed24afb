import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import * as errors from "../../lib/errors.ts";
import { asRotationError, RotationError, Unreachable } from "../../lib/errors.ts";
import { everyRendering } from "../rendering.ts";

/** One of each class, whatever its arguments are called. */
const made = Object.entries(errors).flatMap(([name, of]) => {
  if (typeof of !== "function" || !(of.prototype instanceof RotationError)) return [];
  if (["DocumentError", "InvokedFailed", "SettlementStuck"].includes(name)) return [];
  const Class = of as unknown as new (...texts: string[][]) => RotationError;
  return [[name, new Class(["one"], ["two"], ["three"], ["four"], ["five"])] as const];
});

/** What has a class of its own too is told in the words of the one and under the code of both. */
const stuck = (Object.keys(errors.settlementRemedies) as StuckCode[])
  .filter((code) => !made.some(([, other]) => other.code === code))
  .map((code) => [code, new errors.SettlementStuck(code, "one", "two", true)] as const);
type StuckCode = ConstructorParameters<typeof errors.SettlementStuck>[0];
made.push(...stuck);

describe("every error", () => {
  it("is here", () => expect(made.length).toBeGreaterThan(30));

  it.each(made)("%s has a code of its own, a message and a remedy", (_, error) => {
    expect(error.code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(error.name).toBe(error.code);
    expect(made.filter(([, other]) => other.code === error.code)).toHaveLength(1);
    expect(error.message.endsWith(error.remedy)).toBe(true);
    expect(error.message.length).toBeGreaterThan(error.remedy.length + 10);
    expect(error).not.toHaveProperty("cause");
  });
});

describe("what leaves the function", () => {
  it("is an error of ours as it is", () => {
    const error = new Unreachable("db:5432", "timed out");
    expect(asRotationError(error)).toBe(error);
  });

  it.each<[string, (value: string) => unknown, string]>([
    ["an error of a driver", (sql) => Object.assign(new TypeError(sql), { sql }), "TypeError"],
    ["an error around another", (text) => new Error("x", { cause: new Error(text) }), "Error"],
    ["a text", (text) => text, "string"],
    ["nothing", () => undefined, "undefined"],
  ])("is the kind alone of %s", (_, thrown, kind) => {
    const value = randomUUID();
    const error = asRotationError(thrown(value));
    expect(error).toMatchObject({ code: "UNEXPECTED", message: expect.stringContaining(kind) });
    expect(everyRendering(error)).not.toContain(value);
  });
});
