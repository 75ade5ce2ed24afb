import { describe, expect, it } from "vitest";
import { claims, nameProblem, parameterFor } from "../../../lib/manifest/parameter-names.ts";

const mapping = { prefix: "/clip-it/", parameters: { MONGODB_URL: "/clip/mongo", toString: "/x" } };

describe("the parameter of a field", () => {
  it.each([
    ["OPENAI_API_KEY", "/clip-it/openai-api-key"],
    ["AWS_ACCESS_KEY_ID", "/clip-it/aws-access-key-id"],
    ["password", "/clip-it/password"],
    ["MONGODB_URL", "/clip/mongo"],
    ["valueOf", "/clip-it/valueof"],
  ])("%s goes to %s", (field, parameter) => {
    expect(parameterFor(field, mapping)).toBe(parameter);
  });

  it("is none without a prefix, unless it is named", () => {
    const { parameters } = mapping;
    expect(parameterFor("PASSWORD", { parameters })).toBeUndefined();
    expect(parameterFor("hasOwnProperty", { parameters })).toBeUndefined();
    expect(parameterFor("toString", { parameters })).toBe("/x");
  });
});

describe("a mirror claims", () => {
  it.each([
    ["/clip/mongo", true],
    ["/clip-it/anything", true],
    ["/clip-it/deeper/anything", false],
    ["/clip-it", false],
    ["/clip-items/x", false],
    ["/other", false],
  ])("%s: %s", (name, expected) => {
    expect(claims(mapping, name)).toBe(expected);
  });
});

it.each(["/a", "a", "/a/b.c_d-e", "A1"])("Parameter Store takes %s", (name) => {
  expect(nameProblem(name)).toBeUndefined();
});
