import { describe, expect, it } from "vitest";
import { requireWithinLimits } from "../../infra/limits.ts";
import { Service } from "./service.ts";

const template = (secrets: number, others: number, text = "") => ({
  Resources: Object.fromEntries([
    ...Array.from({ length: secrets }, (_, index) => [
      `Rotation${index}`,
      { Type: "AWS::SecretsManager::RotationSchedule" },
    ]),
    ...Array.from({ length: others }, (_, index) => [`Other${index}`, { Type: "Other", text }]),
  ]),
});

/** A manifest of this many secrets. */
const manifest = (count: number) =>
  `secrets:\n${Array.from({ length: count }, (_, index) => `  app/${index}: { strategy: in-place }\n`).join("")}`;

describe("a stack", () => {
  it("of 500 resources is taken", () => {
    expect(() => requireWithinLimits(template(400, 100))).not.toThrow();
  });

  it("of more is refused with the number of secrets that fit", () => {
    expect(() => requireWithinLimits(template(401, 100))).toThrow(
      "401 secrets make a stack of 501 resources, and CloudFormation takes 500, so 400 fit: divide them",
    );
  });

  it("of more than a megabyte is refused", () => {
    expect(() => requireWithinLimits(template(1, 10, "x".repeat(110_000)))).toThrow(
      /a template of 11\d{5} bytes, and CloudFormation takes 1048576: divide them/,
    );
  });

  it("that is too large for CloudFormation is not packaged; one of as many as fit is", {
    timeout: 120_000,
  }, async () => {
    using large = new Service(manifest(480));
    const { code, printed } = await large.run("package");
    expect({ code, printed }).toEqual({ code: 1, printed: expect.stringContaining("480 secrets") });
    const fit = Number(/so (\d+) fit/.exec(printed)?.[1]);
    using largest = new Service(manifest(fit));
    await largest.package();
    // Fewer secrets need fewer policies, too.
    const made = Object.keys(largest.template().Resources).length;
    expect(made).toBeGreaterThan(490);
    expect(made).toBeLessThanOrEqual(500);
  });
});
