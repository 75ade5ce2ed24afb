import { randomUUID } from "node:crypto";
import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../../../lib/secret/secret.ts";

const value: string = randomUUID();
const secret = new Secret(value);
const carrier = Object.assign(new Error("failed"), { login: { password: secret } });

describe("a rendering of a Secret never shows the value", () => {
  it.each<[string, () => string]>([
    ["a template string", () => `${secret}`],
    ["a concatenation", () => "".concat(String(secret), " and ") + secret],
    ["JSON", () => JSON.stringify({ secret, list: [secret] })],
    ["inspect", () => inspect(secret)],
    ["inspect of everything", () => inspect({ secret }, { showHidden: true, depth: null })],
    ["inspect without the custom rendering", () => inspect(secret, { customInspect: false })],
    ["%s", () => format("%s", secret)],
    ["%o", () => format("%o", { secret })],
    ["%O", () => format("%O", { secret })],
    ["%j", () => format("%j", { secret })],
    ["an error that carries it", () => inspect(carrier, { showHidden: true, depth: null })],
    ["an error's stack", () => String(carrier.stack)],
    ["a map", () => inspect(new Map([[secret, secret]]))],
    ["a copy of its properties", () => inspect({ ...secret })],
    ["a structured clone", () => inspect(structuredClone(secret), { showHidden: true })],
    ["its property names", () => Reflect.ownKeys(secret).join(" ")],
  ])("%s", (_, render) => {
    expect(render()).not.toContain(value);
  });

  it("reads [redacted] where a text is expected", () => {
    expect(`${secret} ${JSON.stringify(secret)} ${inspect(secret)}`).toBe(
      '[redacted] "[redacted]" [redacted]',
    );
  });
});

describe("a Secret", () => {
  it("gives its value by reveal() alone", () => {
    expect(secret.reveal()).toBe(value);
    expect(Object.keys(secret)).toEqual([]);
  });

  it("equals another one with the same value only", () => {
    expect(secret.equals(new Secret(value))).toBe(true);
    expect(secret.equals(new Secret(`${value} `))).toBe(false);
  });
});

describe("the equality tester of these tests", () => {
  it("tells two Secrets apart", () => {
    expect({ at: [new Secret("a")] }).toEqual({ at: [new Secret("a")] });
    expect({ at: [new Secret("a")] }).not.toEqual({ at: [new Secret("b")] });
    expect(new Secret("a")).not.toStrictEqual(new Secret("b"));
  });

  it("tells a Secret from what it looks like", () => {
    expect(new Secret("a")).not.toEqual({});
    expect("[redacted]").not.toEqual(new Secret("[redacted]"));
  });
});
