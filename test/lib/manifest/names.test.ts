import { describe, expect, it } from "vitest";
import { SecretIndex } from "../../../lib/manifest/names.ts";

const arn = (suffix: string) =>
  `arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/db-${suffix}`;

describe("a secret that a manifest names", () => {
  const index = new SecretIndex<string>();
  index.add(arn("AbCdEf"), "by its ARN");
  index.add("app/db", "by its name");
  index.add("app/cache", "another");

  it.each([
    ["app/db", "by its ARN"],
    [arn("AbCdEf"), "by its ARN"],
    [arn("GhIjKl"), "by its name"],
    ["app/cache", "another"],
    ["app", undefined],
  ])("is found by %s, the first one that it may mean", (name, item) => {
    expect(index.find(name)).toBe(item);
  });
});
