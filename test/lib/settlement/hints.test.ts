import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../lib/manifest/manifest.ts";
import { hintsOf } from "../../../lib/settlement/hints.ts";

const entry = { schedule: { expression: "rate(90 days)" }, clusters: [], deadline: 1 };
const mirror = (prefix: string | undefined, parameters: Record<string, string>) => ({
  mirror: { ...(prefix && { prefix }), parameters, overwrite: false },
});
const manifest: Manifest = {
  ...{ stage: "production", exempt: [] },
  secrets: {
    plain: { ...entry, credentials: [] },
    "clip-it": { ...entry, credentials: [], ...mirror("/clip-it/", { URL: "/mongo" }) },
    other: { ...entry, credentials: [], ...mirror(undefined, { KEY: "key" }) },
  },
};
const changed = (detail: unknown) => ({ source: "aws.ssm", detail });

describe("an event is a reason to look at", () => {
  it.each<[string, unknown, string[]]>([
    ["who mirrors to the parameter, by prefix", changed({ name: "/clip-it/jwt" }), ["clip-it"]],
    ["who mirrors to the parameter, by name", changed({ name: "/mongo" }), ["clip-it"]],
    ["who mirrors to the parameter, without a slash", changed({ name: "key" }), ["other"]],
    ["nothing, for another parameter", changed({ name: "/clip-it/deep/jwt" }), []],
    ["nothing, for one without a name", changed({ name: ["/mongo"] }), []],
    ["nothing, for one without a detail", changed(undefined), []],
    [
      "the secret whose label moved",
      { source: "aws.secretsmanager", detail: { name: "plain" } },
      ["plain"],
    ],
    ["all, when a deployment changed", { source: "aws.ecs" }, ["plain", "clip-it", "other"]],
    ["all, when it cannot be read", undefined, ["plain", "clip-it", "other"]],
  ])("%s", (_what, event, secrets) => {
    expect(hintsOf(event, manifest)).toEqual(secrets);
  });
});
