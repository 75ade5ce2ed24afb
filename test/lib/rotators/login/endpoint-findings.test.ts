import { describe, expect, it } from "vitest";
import { AwsCallFailed } from "../../../../lib/aws-call-failed.ts";
import {
  type EndpointFacts,
  endpointFindings,
} from "../../../../lib/rotators/login/endpoint-findings.ts";

const proxyName = "pool.proxy-abc.eu-central-1.rds.amazonaws.com";
const name = "main.abc.eu-central-1.rds.amazonaws.com";
const none: EndpointFacts = { role: { known: undefined }, proxies: { known: [] } };
const failed = new AwsCallFailed("rds:DescribeDBProxies", "all databases", {
  failure: "AccessDenied (HTTP 403)",
  retryable: false,
  remedy: "Allow it.",
});
const unknown: EndpointFacts = { role: { unknown: failed }, proxies: { unknown: failed } };

const found = (host: string, facts?: EndpointFacts) =>
  endpointFindings("app", host, facts).map(({ severity, code }) => `${severity} ${code}`);

describe("what RDS says of a login's host", () => {
  it.each<[string, string, EndpointFacts | undefined, readonly string[]]>([
    ["nothing of a host that it does not know", "db.internal", none, []],
    [
      "a proxy, whatever its name",
      "db.internal",
      { ...none, role: { known: { kind: "proxy", of: "p" } } },
      ["warning RDS_PROXY"],
    ],
    ["no proxy, whatever its name", proxyName, none, []],
    [
      "a reader",
      name,
      { ...none, role: { known: { kind: "reader", of: "c" } } },
      ["error RDS_READER"],
    ],
    [
      "a proxy with the secret",
      name,
      { ...none, proxies: { known: ["pool"] } },
      ["warning RDS_PROXY_SECRET"],
    ],
    [
      "nothing, where nobody may ask: the name tells",
      proxyName,
      unknown,
      ["warning RDS_PROXY", "warning COULD_NOT_CHECK"],
    ],
    ["nothing, of a host of RDS", name, unknown, ["warning COULD_NOT_CHECK"]],
    ["nothing, of another host", "db.internal", unknown, []],
    ["nothing, where nobody asked: the name tells", proxyName, undefined, ["warning RDS_PROXY"]],
  ])("%s", (_, host, facts, expected) => {
    expect(found(host, facts)).toEqual(expected);
  });

  it("names the writer, to which the secret should lead", () => {
    const role = { known: { kind: "replica", of: "the RDS instance main", writer: name } } as const;
    const [finding] = endpointFindings("app", "copy.invalid", { ...none, role });
    expect(finding?.what).toContain("a read replica of the RDS instance main");
    expect(finding?.remedy).toContain(name);
  });
});
