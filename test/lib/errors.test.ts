import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { asRotationError } from "../../lib/errors.ts";
import { Unreachable } from "../../lib/rotators/login/transport-errors.ts";
import { everyRendering } from "../rendering.ts";
import { everyError } from "./alerts/every-error.ts";

const made = everyError("one of the secrets").map((error) => [error.code, error] as const);

describe("every error", () => {
  it("is here", () => expect(made.length).toBeGreaterThan(30));

  it.each(made)("%s has a code of its own, a message and a remedy", (_, error) => {
    expect(error.code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(error.name).toBe(error.code);
    expect(made.filter(([, other]) => other.code === error.code)).toHaveLength(1);
    expect(error.happened.length).toBeGreaterThan(10);
    expect(error.message.startsWith(error.happened)).toBe(true);
    expect(error.message.endsWith(error.remedy)).toBe(true);
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
