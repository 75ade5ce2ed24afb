import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { parseParameters } from "../../infra/parameters.ts";
import { Service } from "./service.ts";

const network = { subnetIds: "subnet-0a1b2c3d, subnet-4e5f6a7b", securityGroupIds: "sg-0a1b2c3d" };

describe("parameters", () => {
  it("are all optional", () => {
    const none = { alertEmail: undefined, runbook: undefined, network: undefined };
    expect(parseParameters({})).toEqual(none);
  });

  it("are taken as they are meant", () => {
    const runbook = "https://wiki.example.com/runbook";
    expect(parseParameters({ ...network, runbook, alertEmail: "on-call@example.com" })).toEqual({
      alertEmail: "on-call@example.com",
      runbook,
      network: {
        subnetIds: ["subnet-0a1b2c3d", "subnet-4e5f6a7b"],
        securityGroupIds: ["sg-0a1b2c3d"],
      },
    });
  });

  it.each([
    [{ alertEmail: "on-call" }, 'alertEmail: "on-call" is not an email address.'],
    [{ alertEmail: "a@b.io,c@d.io" }, "alertEmail: one address only"],
    [
      { ...network, subnetIds: "vpc-1" },
      `subnetIds: "vpc-1" is not a subnet's id (subnet-0123456789abcdef0).`,
    ],
    [
      { ...network, securityGroupIds: "web" },
      `"web" is not a security group's id (sg-0123456789abcdef0).`,
    ],
    [{ ...network, subnetIds: "subnet-12" }, `"subnet-12" is not a subnet's id`],
    [{ subnetIds: "subnet-0a1b2c3d" }, "securityGroupIds: missing. To run in a VPC takes both"],
    [{ securityGroupIds: "sg-0a1b2c3d" }, "add --param subnetIds=subnet-…,subnet-…."],
    [{ runbook: "docs/runbook.md" }, 'runbook: "docs/runbook.md" is not the URL of a page'],
    [{ runbook: "https://a.io/x#y" }, "without an anchor"],
    [{ alertemail: "a@b.io" }, "alertemail: unknown; known are alertEmail, subnetIds,"],
  ])("%j is refused", (given, message) => {
    expect(() => parseParameters(given)).toThrow(message);
    expect(() => parseParameters(given)).toThrow("docs/deploy.md");
  });
});

describe("docs/deploy.md", () => {
  it("explains every parameter, and no other", () => {
    const table = readFileSync("docs/deploy.md", "utf8").split("## Parameters")[1]?.split("## ")[0];
    const listed = [...(table ?? "").matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(() => parseParameters({ other: "" })).toThrow(`known are ${listed.join(", ")}.`);
  });
});

describe("serverless", { timeout: 120_000 }, () => {
  const bad = new Service(
    "secrets:\n  app:\n    credentials: [{ type: oracle, strategy: in-place }]\n",
  );
  const good = new Service();
  afterAll(() => {
    bad[Symbol.dispose]();
    good[Symbol.dispose]();
  });

  /** What is printed from "Error:" on; before it the framework names its versions. */
  const error = (printed: string) => printed.slice(printed.indexOf("Error:\n") + "Error:\n".length);

  it("says what is wrong in the manifest, and nothing else", async () => {
    const { code, printed } = await bad.run("package");
    expect(code).toBe(1);
    expect(error(printed)).toMatch(
      /^The manifest has a problem:\n {2}rotation\.yml:3: secrets\.app\.credentials\.0\.type: .*"oracle".*\nCorrect it and build again; nothing was changed\.\n$/,
    );
  });

  it("warns of the manifest once, because it compiles it once", { tags: "ci" }, async () => {
    using service = new Service(
      "secrets:\n  app: { exempt: { reason: vendor, until: 2026-01-31 } }\n",
    );
    const { code, printed } = await service.run("package");
    expect(printed.match(/^.*exemption ended on 2026-01-31/gm)).toEqual([
      "rotation.yml:2: secrets.app.exempt.until: the exemption ended on 2026-01-31",
    ]);
    expect(code).toBe(0);
  });

  it("says what is wrong in the parameters, and nothing else", async () => {
    const { code, printed } = await good.run("package", "--param", "subnetIds=subnet-0a1b2c3d");
    expect(code).toBe(1);
    expect(error(printed)).toBe(
      "The parameters have a problem:\n" +
        "  securityGroupIds: missing. To run in a VPC takes both: add --param securityGroupIds=sg-….\n" +
        "Correct them (docs/deploy.md lists all) and try again; nothing was changed.\n",
    );
  });

  it("deploys nowhere by default", { tags: "ci" }, async () => {
    const { code, printed } = await good.run("deploy");
    expect(code).toBe(1);
    expect(error(printed)).toContain(
      "  region: missing. Add --region (for example eu-central-1), or set AWS_REGION.\n",
    );
  });
});
